// Any text as postern.conf, with a table that has an option of every kind, each read by its kind.

#include "common/base/text.hpp"
#include "common/config/reader.hpp"
#include "common/config/render.hpp"
#include "tests/unit/config/sample_section.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace postern;
using namespace postern::config;

void must(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

enum class Guard { Off, Log, Reject };

void read_every_option(const Settings& settings, Problems& problems) {
    Reader sign(settings, "sign", problems);
    (void)sign.text("domain");
    (void)sign.flag("timestamp");
    must(sign.number<std::uint16_t>("threads", {.min = 1}) >= 1, "numbers keep their bounds");
    must(sign.number("count", {.max = 9}) <= 9, "numbers keep their bounds");
    must(sign.duration("timeout", {.max = std::chrono::hours(1)}) <= std::chrono::hours(1),
         "durations keep their bounds");
    must(sign.size("limit", {.min = 1024}) >= 1024, "sizes keep their bounds");
    (void)sign.choice<Guard>("guard",
                             {{"off", Guard::Off}, {"log", Guard::Log}, {"reject", Guard::Reject}});
    (void)sign.networks("hosts");
    for (const std::string& word : sign.list("names"))
        must(!word.empty(), "words are not empty");
    (void)sign.path("key-table");
    must(sign.mode("socket-mode") <= 07777, "modes keep their bounds");
    for (const Value& value : sign.values("listen"))
        must(!value.text.empty(), "values given many times are not empty");
    (void)read_log_config(settings, problems);
}

/// What was read, written again: reads back as the same.
void write_and_read(const Settings& settings) {
    std::string text;
    for (const Section& section : test::kSections) {
        text += "[" + std::string(section.name) + "]\n";
        for (const Option& option : section.options) {
            if (!settings.given(section.name, option.name)) continue;
            auto values = settings.values(section.name, option.name);
            if (option.times == Times::Once || values.empty())
                values = {settings.value(section.name, option.name)};
            for (const Value& value : values)
                text += std::string(option.name) + " = " + written(value.text) + "\n";
        }
    }
    const auto again = Settings::parse(text, "again", test::kSections);
    must(again.has_value(), "what was written reads back");
    for (const Section& section : test::kSections)
        for (const Option& option : section.options)
            must(again->value(section.name, option.name).text ==
                         settings.value(section.name, option.name).text ||
                     option.times == Times::Many,
                 "what was written reads back as itself");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = as_text({data, size});
    Problems problems;
    const Settings settings = Settings::load_text(text, "fuzz", test::kSections, {}, problems);
    must(problems.size() <= 3 * kMaxProblems, "problems are bounded");
    const bool right = problems.empty();
    read_every_option(settings, problems);
    in_file_order(problems);
    for (const Problem& problem : problems) {
        must(problem.origin.line >= 0 && static_cast<std::size_t>(problem.origin.line) <= size,
             "problems stand in the file");
        must(problem.text().find_first_of("\r\n\x1b") == std::string::npos,
             "a problem is one printable line");
    }
    if (right) write_and_read(settings);
    return 0;
}
