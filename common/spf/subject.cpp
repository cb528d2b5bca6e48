#include "common/spf/subject.hpp"

#include "common/base/domain.hpp"
#include "common/base/text.hpp"

#include <string_view>
#include <utility>

namespace postern::spf {

namespace {

/// RFC 7208 4.3: well-formed, of several labels, no address literal.
Result<std::string> checked_domain(std::string_view domain) {
    if (domain.empty()) return fail("no domain");
    if (domain.front() == '[') return fail("an address literal has no record");
    auto name = to_a_labels(domain);
    if (!name) return fail("malformed domain: " + name.error().message);
    if (name->find('.') == std::string::npos) return fail("not a fully qualified domain name");
    return name;
}

} // namespace

bool Subject::is_local_ascii() const noexcept { return is_ascii(local); }

Result<Subject> subject_of(const Query& query) {
    std::string_view local;
    std::string_view domain = query.helo;
    if (query.identity == Identity::MailFrom && !query.mail_from.empty()) {
        const std::string_view path = query.mail_from;
        const std::size_t at = path.rfind('@');
        if (at == std::string_view::npos) return fail("the sender has no domain");
        local = path.substr(0, at);
        domain = path.substr(at + 1);
    }
    auto name = checked_domain(domain);
    if (!name) return tl::unexpected(name.error());
    Subject subject;
    subject.domain = std::move(*name);
    subject.local = local.empty() ? "postmaster" : std::string(local);
    subject.sender = subject.local + "@" + subject.domain;
    return subject;
}

MacroValues macro_values(const Query& query, const Subject& subject, std::string domain,
                         std::int64_t unix_time) {
    return {.sender = subject.sender,
            .local = subject.local,
            .sender_domain = subject.domain,
            .domain = std::move(domain),
            .client = query.client,
            .helo = query.helo,
            .receiver = query.receiver,
            .time = unix_time};
}

} // namespace postern::spf
