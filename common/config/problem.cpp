#include "common/config/problem.hpp"

#include "common/base/log.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <tuple>

namespace postern::config {

std::string Origin::text() const {
    if (file.empty()) return "default";
    return line > 0 ? file + ":" + std::to_string(line) : file;
}

std::string Problem::text() const {
    std::string text = origin.text() + ": ";
    if (!option.empty()) (text += option) += ": ";
    text += what;
    if (!remedy.empty()) (text += "; ") += remedy;
    return text;
}

void in_file_order(Problems& problems) {
    std::vector<std::string> files;
    for (const Problem& problem : problems)
        if (std::find(files.begin(), files.end(), problem.origin.file) == files.end())
            files.push_back(problem.origin.file);
    const auto place = [&files](const Problem& problem) {
        const std::string& file = problem.origin.file;
        const int kind = file.empty() ? 2 : file == kCommandLine ? 1 : 0;
        return std::tuple(kind, std::find(files.begin(), files.end(), file) - files.begin(),
                          problem.origin.line);
    };
    std::stable_sort(problems.begin(), problems.end(),
                     [&](const Problem& a, const Problem& b) { return place(a) < place(b); });
    Problems once;
    for (Problem& problem : problems)
        if (std::find(once.begin(), once.end(), problem) == once.end())
            once.push_back(std::move(problem));
    problems = std::move(once);
}

std::string to_text(std::span<const Problem> problems) {
    std::string text;
    for (const Problem& problem : problems)
        (text += problem.text()) += '\n';
    return text;
}

std::string in_quotes(std::string_view text) { return '"' + escape_for_log(text, 80) + '"'; }

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
    const std::string_view best = nearest(word, candidates);
    return best.empty() ? std::string() : "did you mean \"" + std::string(best) + "\"?";
}

} // namespace postern::config
