// What postconf(1) prints, main.cf and master.cf, in one text; milter lists and times.
#include "tools/postern/postfix_config.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern::tool;
    const std::string text(reinterpret_cast<const char*>(data), size);
    const PostfixConfig config = PostfixConfig::parse({.parameters = text,
                                                       .services = text,
                                                       .overrides = text,
                                                       .main_cf = text,
                                                       .master_cf = text});
    for (const PostfixService& service : config.services()) {
        for (const MilterEntry& entry : parse_milters(config.value(service, "smtpd_milters")))
            if (entry.text.empty()) __builtin_trap();
        (void)config.origin(service, "smtpd_milters");
    }
    (void)config.version();
    for (const MilterEntry& entry : parse_milters(text))
        if (entry.text.size() > size) __builtin_trap();
    if (const auto seconds = parse_postfix_time(text); seconds && *seconds < 0) __builtin_trap();
    return 0;
}
