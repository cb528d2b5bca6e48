#include "milters/sign/origin.hpp"

#include "common/base/text.hpp"

#include <algorithm>

namespace postern::sign {

Result<std::vector<MacroRule>> parse_macro_rules(std::string_view text) {
    std::vector<MacroRule> rules;
    for (const std::string_view word : split(text, ',')) {
        if (word.empty()) continue;
        const auto halves = cut(word, '=');
        std::string_view name = trim(halves ? halves->before : word);
        const bool braced = name.starts_with('{') && name.ends_with('}');
        if (braced) name = name.substr(1, name.size() - 2);
        const bool odd = std::any_of(name.begin(), name.end(), [](char c) {
            return !is_alpha(c) && !is_digit(c) && c != '_' && c != '-';
        });
        if (name.empty() || odd)
            return fail("'" + std::string(word) +
                        "' is no macro rule like {daemon_name}=ORIGINATING");

        MacroRule rule;
        // Of one letter: "i" is a macro of its own, everything longer has braces.
        rule.macro =
            name.size() == 1 && !braced ? std::string(name) : "{" + std::string(name) + "}";
        if (halves) {
            for (const std::string_view value : split(halves->after, '|'))
                if (!value.empty()) rule.values.emplace_back(value);
            if (rule.values.empty())
                return fail("'" + std::string(word) +
                            "' names no value; leave out '=' for any value");
        }
        rules.push_back(std::move(rule));
    }
    return rules;
}

Origin judge_origin(const OriginRules& rules, const OriginFacts& facts) {
    const auto macro = [&](const std::string& name) {
        return facts.macro ? facts.macro(name) : std::string_view();
    };
    const auto among = [](const std::vector<std::string>& values, std::string_view value) {
        return std::find(values.begin(), values.end(), value) != values.end();
    };

    if (rules.login && !facts.auth_type.empty()) return {true, "login"};
    if (rules.internal_hosts.contains(facts.client_name, facts.client))
        return {true, "internal-hosts"};
    if (!rules.daemon_names.empty()) {
        const std::string_view name = macro("{daemon_name}");
        if (!name.empty() && among(rules.daemon_names, name)) return {true, "daemon-name"};
    }
    for (const MacroRule& rule : rules.macros) {
        const std::string_view value = macro(rule.macro);
        if (value.empty()) continue;
        if (rule.values.empty() || among(rule.values, value)) return {true, "macro " + rule.macro};
    }
    if (rules.local_submission && facts.non_smtp) return {true, "local submission"};
    return {false, "not from us: no login, client not internal"};
}

} // namespace postern::sign
