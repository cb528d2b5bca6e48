#include "tests/conformance/spf/differential/random_case.hpp"

#include "common/spf/macro.hpp"

#include <array>
#include <random>
#include <span>
#include <string>
#include <utility>

namespace postern::conformance {
namespace {

using dns::Outcome;
using dns::RecordType;
using Texts = std::span<const std::string_view>;

constexpr std::size_t kDomains = 6; ///< that may have SPF records: d0.example.com ...
constexpr std::size_t kHosts = 8;   ///< that may have addresses: h0.example.net ...

constexpr std::array<std::string_view, 9> kClients{
    "192.0.2.1",    "192.0.2.2",   "192.0.2.3",   "198.51.100.7",   "127.0.0.1",
    "203.0.113.40", "2001:db8::1", "2001:db8::2", "2001:db8:7::a:b"};
constexpr std::array<std::string_view, 8> kV4{"192.0.2.1",    "192.0.2.2", "192.0.2.3",
                                              "198.51.100.7", "192.0.2.0", "203.0.113.32",
                                              "10.1.2.3",     "127.0.0.1"};
constexpr std::array<std::string_view, 6> kV6{
    "2001:db8::1", "2001:db8::2", "2001:db8::", "2001:db8:7::a:b", "fe80::1", "::1"};
/// Without addresses or records of any kind, or that nobody can have.
constexpr std::array<std::string_view, 9> kOddNames{
    "nothing.example.com",
    "gone.example.org",
    "a..b.example.com",
    ".lead.example.com",
    "slow.example.com",
    "lame.example.com",
    "loop.example.com",
    "H0.Example.NET",
    "1234567890123456789012345678901234567890123456789012345678901234.example.com"};
constexpr std::array<std::string_view, 22> kMacroTargets{
    "x.%{d}",
    "%{ir}.%{v}.d0.example.com",
    "%{i}.d1.example.com",
    "%{l}.d0.example.com",
    "%{d}",
    "%{o}",
    "%{h}",
    "%{p}",
    "%{d2}",
    "%{d3r}.example.com",
    "%{lr-}.d0.example.com",
    "%{l1r-}.%{d}",
    "%{s}.example.com",
    "%{S}.example.com",
    "%{L-+_}.%{o3}",
    "%{p2}.d0.example.com",
    "%{d1}.example.com",
    "%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}"
    ".%{d}",
    "x%%y.%{d}",
    "x%-y.%{d}",
    "%{i4r}.%{v}.%{d}",
    "%{h1R}.%{d}"};
constexpr std::array<std::string_view, 13> kBroken{"exists:%{d1.example.com",
                                                   "a:",
                                                   "ip4:192.0.2",
                                                   "ip4:192.0.2.1/33",
                                                   "ip6:2001:db8::1/129",
                                                   "include",
                                                   "all:x",
                                                   "a:%{x}.com",
                                                   "exists:a%b.com",
                                                   "foo",
                                                   "mx:192.0.2.1",
                                                   "a//",
                                                   "redirect="};
constexpr std::array<std::string_view, 10> kExplanations{
    "Mail from %{d} comes from hosts of %{d} and from nowhere else, as everybody who sends mail "
    "from %{d} "
    "has been told many times over in many words, of which these are not the last. Whoever reads "
    "this and "
    "is neither of %{d} nor of %{o} nor of %{h} may stop to wonder and go on with %{i} in peace. "
    "The end.",
    "No mail from %{i} for %{s}.",
    "%{c} is not ours, see %{d2}",
    "%{p} %{h} %{r} %{v}",
    "plain words",
    "%{S} %{L} %{O} %{s}",
    "100%% sure%_of%-it",
    "broken %{q}",
    "caf\xc3\xa9",
    ""};
constexpr std::array<std::string_view, 10> kLocals{"user",  "User",         "strong-bad",  "a.b.c",
                                                   "x+tag", "jack&jill=up", "under_score", "%{d}",
                                                   "u ser", "caf\xc3\xa9"};

std::shared_ptr<dns::FixtureResolver> resolver_of(const std::vector<ZoneLine>& lines) {
    auto resolver = std::make_shared<dns::FixtureResolver>();
    for (const ZoneLine& line : lines) {
        if (line.record) {
            resolver->add(line.name, *line.type, *line.record);
        } else if (line.type) {
            resolver->fail(line.name, *line.type, line.failure);
        } else {
            resolver->fail(line.name, line.failure);
        }
    }
    resolver->add_empty("nothing.example.com");
    return resolver;
}

class Generator {
public:
    explicit Generator(std::uint64_t seed) : random_(seed) {}

    RandomCase make(std::uint64_t seed) {
        const auto client = IpAddress::parse(pick(kClients));
        RandomCase one{.seed = seed, .query = {.client = *client}};
        one.query.identity = chance(15) ? spf::Identity::Helo : spf::Identity::MailFrom;
        one.query.helo = chance(80) ? domain() : name();
        one.query.receiver = "mx.example.org";
        if (!chance(10)) one.query.mail_from = sender();
        local_ = one.query.mail_from.substr(0, one.query.mail_from.find('@'));
        client_ = *client;
        for (std::size_t i = 0; i < kHosts; ++i)
            add_host(i);
        for (std::size_t i = 0; i < kDomains; ++i)
            add_domain(i);
        add_reverse();
        fail("slow.example.com", Outcome::Timeout);
        fail("lame.example.com", chance(50) ? Outcome::ServFail : Outcome::Bogus);
        add("loop.example.com", RecordType::CNAME, {.text = "loop.example.com"});
        one.zone = std::move(zone_);
        one.dns = resolver_of(one.zone);
        return one;
    }

private:
    // Not <random>'s distributions: their results differ between libraries.
    std::size_t below(std::size_t end) { return random_() % end; }
    bool chance(std::size_t percent) { return below(100) < percent; }
    template <class List> std::string pick(const List& list) {
        return std::string(list[below(list.size())]);
    }

    void add(const std::string& owner, RecordType type, dns::Record record) {
        if (spf::is_domain_name(owner))
            zone_.push_back({.name = owner, .type = type, .record = std::move(record)});
    }
    void fail(const std::string& owner, Outcome how, std::optional<RecordType> type = {}) {
        zone_.push_back({.name = owner, .type = type, .record = {}, .failure = how});
    }

    static std::string domain_name(std::size_t i) {
        return "d" + std::to_string(i) + ".example.com";
    }
    static std::string host_name(std::size_t i) { return "h" + std::to_string(i) + ".example.net"; }
    std::string domain() { return domain_name(below(kDomains)); }
    std::string host() { return host_name(below(kHosts)); }
    std::string name() {
        const std::size_t kind = below(100);
        if (kind < 55) return host();
        if (kind < 80) return domain();
        if (kind < 82) return host() + '.';
        return pick(kOddNames);
    }
    /// As DNS can have it.
    std::string target_in_dns() {
        std::string text = name();
        return spf::is_domain_name(text) ? text : host();
    }
    std::string sender() {
        std::string at = chance(90) ? domain() : name();
        if (chance(2)) at += '.';
        if (chance(3)) return at; // no local part and no "@"
        if (chance(7)) return '@' + at;
        return pick(kLocals) + '@' + at;
    }

    /// Sometimes the client's own among them.
    void add_addresses(const std::string& owner, std::size_t most) {
        if (chance(20))
            add(owner, client_.is_v4() ? RecordType::A : RecordType::AAAA, {.address = client_});
        for (std::size_t n = below(most + 1); n > 0; --n)
            add(owner, RecordType::A, {.address = IpAddress::parse(pick(kV4))});
        for (std::size_t n = below(most + 1); n > 0; --n)
            add(owner, RecordType::AAAA, {.address = IpAddress::parse(pick(kV6))});
    }
    void add_host(std::size_t i) {
        const std::string owner = host_name(i);
        if (chance(8)) {
            add(owner, RecordType::CNAME, {.text = host()});
        } else if (chance(4)) {
            fail(owner, chance(50) ? Outcome::Timeout : Outcome::ServFail);
        } else {
            add_addresses(owner, 2);
        }
    }
    void add_domain(std::size_t i) {
        const std::string owner = domain_name(i);
        if (chance(4)) return; // does not exist
        if (chance(3)) {
            fail(owner, Outcome::Timeout, RecordType::TXT);
        } else if (chance(4)) {
            add(owner, RecordType::CNAME, {.text = domain()});
            return;
        } else {
            if (chance(20)) add(owner, RecordType::TXT, {.text = "some other text"});
            if (chance(3)) add(owner, RecordType::TXT, {.text = "v=spf10 -all"});
            if (!chance(4)) add(owner, RecordType::TXT, {.text = record()});
            if (chance(3)) add(owner, RecordType::TXT, {.text = record()});
        }
        add_addresses(owner, 1);
        if (chance(40)) {
            const std::size_t count = chance(10) ? 9 + below(4) : below(4);
            for (std::size_t n = 0; n < count; ++n)
                add(owner, RecordType::MX,
                    {.text = target_in_dns(), .preference = static_cast<std::uint16_t>(n)});
        }
        // What macros lead to.
        if (chance(50)) add("x." + owner, RecordType::A, {.address = any_v4()});
        if (chance(30)) add(local_ + '.' + owner, RecordType::A, {.address = any_v4()});
        if (chance(30)) add(client_.text() + '.' + owner, RecordType::A, {.address = any_v4()});
        for (std::size_t n = chance(80) ? 1 : below(3); n > 0; --n)
            add("why." + owner, RecordType::TXT, {.text = pick(kExplanations)});
    }
    void add_reverse() {
        std::string reversed;
        if (client_.is_v4()) {
            for (std::size_t i = 4; i > 0; --i)
                reversed += std::to_string(client_.octets().at(i - 1)) + '.';
            reversed += "in-addr.arpa";
        } else {
            constexpr std::string_view kHex = "0123456789abcdef";
            for (std::size_t i = 16; i > 0; --i) {
                const std::uint8_t octet = client_.octets().at(i - 1);
                reversed += kHex[octet & 15U];
                reversed += '.';
                reversed += kHex[octet >> 4U];
                reversed += '.';
            }
            reversed += "ip6.arpa";
        }
        if (chance(20)) return;
        if (chance(5)) return fail(reversed, Outcome::Timeout);
        const std::size_t count = chance(8) ? 9 + below(5) : below(3);
        for (std::size_t n = 0; n < count; ++n)
            add(reversed, RecordType::PTR, {.text = target_in_dns()});
        for (std::size_t n = below(4); n > 0; --n) {
            const std::string mine = (chance(30) ? "" : "mail.") + domain();
            add(reversed, RecordType::PTR, {.text = mine});
            if (chance(80))
                add(mine, client_.is_v4() ? RecordType::A : RecordType::AAAA, {.address = client_});
        }
    }
    std::optional<IpAddress> any_v4() { return IpAddress::parse(pick(kV4)); }

    std::string qualifier() {
        constexpr std::array<std::string_view, 6> kQualifiers{"", "", "+", "-", "~", "?"};
        return pick(kQualifiers);
    }
    std::string target() {
        if (chance(25)) return pick(kMacroTargets);
        return name();
    }
    std::string prefixes() {
        std::string out;
        constexpr std::array<std::string_view, 7> kV4Lengths{"/32", "/31", "/30", "/24",
                                                             "/0",  "/8",  "/1"};
        constexpr std::array<std::string_view, 6> kV6Lengths{"//128", "//64", "//127",
                                                             "//0",   "//1",  "//32"};
        if (chance(25)) out += pick(kV4Lengths);
        if (chance(25)) out += pick(kV6Lengths);
        return out;
    }
    std::string address_term() {
        if (chance(60)) {
            constexpr std::array<std::string_view, 8> kLengths{"",   "",    "",    "/32",
                                                               "/0", "/24", "/31", "/9"};
            return "ip4:" + pick(kV4) + pick(kLengths);
        }
        constexpr std::array<std::string_view, 7> kLengths{"",    "",    "/128", "/0",
                                                           "/64", "/33", "/127"};
        return "ip6:" + pick(kV6) + pick(kLengths);
    }
    std::string term() {
        const std::size_t kind = below(100);
        if (kind < 22) return qualifier() + address_term();
        if (kind < 38) return qualifier() + "a" + (chance(70) ? ':' + target() : "") + prefixes();
        if (kind < 50) return qualifier() + "mx" + (chance(60) ? ':' + target() : "") + prefixes();
        if (kind < 68) return qualifier() + "include:" + (chance(85) ? domain() : target());
        if (kind < 76) return qualifier() + "exists:" + target();
        if (kind < 83) return qualifier() + "ptr" + (chance(50) ? ':' + target() : "");
        if (kind < 88) return "exp=" + (chance(85) ? "why." + domain() : target());
        if (kind < 92) return "redirect=" + (chance(80) ? domain() : target());
        if (kind < 94) return "other=%{i}.x";
        if (kind < 96) return qualifier() + "all";
        if (kind < 97) return pick(kBroken);
        return qualifier() + address_term();
    }
    std::string record() {
        std::string out = chance(95) ? "v=spf1" : "V=sPf1";
        std::size_t terms = below(6);
        if (chance(6)) terms = 6 + below(14);
        for (std::size_t n = 0; n < terms; ++n) {
            out += chance(97) ? " " : "  ";
            out += term();
        }
        if (chance(5)) {
            // More than one record of libspf2 can hold.
            for (std::size_t n = 40 + below(160); n > 0; --n)
                out += chance(70) ? " ip4:10.0.0." + std::to_string(n)
                                  : " ?ip6:2001:db8:1::" + std::to_string(n);
            out += ' ' + term();
        }
        if (chance(70)) out += ' ' + qualifier() + "all";
        if (chance(25)) out += " exp=why." + domain();
        if (chance(12)) out += " redirect=" + domain();
        if (chance(4)) mutate(out);
        return out;
    }
    void mutate(std::string& text) {
        constexpr std::string_view kOctets{"%{}:/=. -+~?19axv\x80\x01\0", 20};
        const std::size_t at = below(text.size());
        switch (below(3)) {
        case 0:
            text.erase(at, 1);
            break;
        case 1:
            text.insert(at, 1, kOctets[below(kOctets.size())]);
            break;
        default:
            text[at] = kOctets[below(kOctets.size())];
        }
    }

    std::mt19937_64 random_;
    std::vector<ZoneLine> zone_;
    std::string local_;
    IpAddress client_ = *IpAddress::parse("0.0.0.0");
};

} // namespace

RandomCase make_random_case(std::uint64_t seed) { return Generator(seed).make(seed); }

std::string text_of(const RandomCase& one) {
    std::string out = "seed " + std::to_string(one.seed) + "\nclient " + one.query.client.text() +
                      "\nhelo " + one.query.helo + "\nfrom ";
    out += one.query.identity == spf::Identity::Helo ? "(not looked at)" : one.query.mail_from;
    for (const ZoneLine& line : one.zone) {
        out += '\n' + line.name + ' ';
        out += line.type ? to_string(*line.type) : "*";
        out += ' ';
        if (!line.record) {
            out += to_string(line.failure);
        } else if (line.record->address) {
            out += line.record->address->text();
        } else {
            out += line.record->text;
        }
    }
    return out + '\n';
}

} // namespace postern::conformance
