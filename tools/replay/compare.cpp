#include "tools/replay/compare.hpp"

#include "tools/replay/difference.hpp"
#include "tools/replay/run.hpp"

#include <algorithm>
#include <cstdio>

namespace postern::replay {

int run_compare(const Options& options) {
    int status = kAllAsExpected;
    std::size_t messages = 0, different = 0;
    Setup first = options.setup, second = options.setup;
    first.milters.erase(first.milters.begin() + 1);
    second.milters.erase(second.milters.begin());
    MessageSource source(options.files);
    while (auto item = source.next()) {
        if (!*item) {
            complain(item->error().message);
            status = kFailed;
            continue;
        }
        const Prepared mail = prepare(**item, options);
        const Outcome a = play(first, mail), b = play(second, mail);
        for (const Outcome* outcome : {&a, &b})
            for (const std::string& error : outcome->errors) {
                complain(mail.file + ": " + error);
                status = kFailed;
            }
        ++messages;
        const auto found = differences(summarize(a), summarize(b));
        if (found.empty()) continue;
        ++different;
        status = std::max<int>(status, kDifferent);
        print(mail.file, found, options.json ? ReportForm::Json : ReportForm::Text);
        (void)fflush(stdout);
    }
    if (!options.json && !options.quiet)
        (void)printf("%zu of %zu messages differ\n", different, messages);
    return status;
}

} // namespace postern::replay
