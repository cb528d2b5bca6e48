#include "tools/postern/spf_check.hpp"

#include "common/spf/engine.hpp"
#include "tools/postern/arguments.hpp"
#include "tools/postern/dns_source.hpp"
#include "tools/postern/input.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <ostream>

namespace postern::tool {
namespace {

using Json = nlohmann::ordered_json;

/// Of everything together: what RFC 7208 4.6.4 asks for at least.
constexpr std::chrono::seconds kTimeout{20};

constexpr std::array kOptions{
    ArgumentOption{
        .name = "ip", .value = "ADDRESS", .help = "The client's address, IPv4 or IPv6. Needed."},
    ArgumentOption{.name = "helo",
                   .value = "NAME",
                   .help = "What the client said in HELO or EHLO. Needed unless --from has an "
                           "address."},
    ArgumentOption{.name = "from",
                   .value = "ADDRESS",
                   .help = "The envelope sender. Empty or <>: the null sender, for which "
                           "postmaster at the HELO name is checked. Without it the HELO name "
                           "itself is checked."},
    ArgumentOption{.name = "receiver",
                   .value = "NAME",
                   .help = "The name of the receiving host, for explanations that show it."},
    ArgumentOption{.name = "engine",
                   .value = "ENGINE",
                   .default_value = "own",
                   .help = "Who evaluates: own, or libspf2."},
    kDnsOption,
    kConfigOption,
    ArgumentOption{.name = "trace",
                   .help = "Print every step as it is taken; with --json on standard error."},
    ArgumentOption{.name = "json", .help = "Print one JSON object."},
};

constexpr Usage kUsage{
    .command = "spf",
    .purpose = "Says what SPF (RFC 7208) makes of a client that sends as somebody.",
    .options = kOptions,
    .examples = "  postern spf --ip 192.0.2.3 --helo mx.example.org --from ann@example.org\n"
                "  postern spf --dns zone.txt --trace --ip 2001:db8::1 --helo mx.example.org",
    .exit_codes = "  0   checked, whatever the result\n"
                  "  64  the command line is wrong\n"
                  "  65  the file of --dns is none\n"
                  "  66  the file of --dns cannot be read\n"
                  "  78  the configuration is wrong",
};

/// The query the options describe. The error is about the command line.
Result<spf::Query> query_of(const Arguments& arguments) {
    const auto client = IpAddress::parse(arguments.text("ip"));
    if (!arguments.given("ip")) return fail("--ip is missing");
    if (!client) return fail("--ip \"" + printable(arguments.text("ip")) + "\" is no IP address");
    spf::Query query{.client = *client,
                     .identity =
                         arguments.given("from") ? spf::Identity::MailFrom : spf::Identity::Helo,
                     .mail_from = arguments.text("from"),
                     .helo = arguments.text("helo"),
                     .receiver = arguments.text("receiver")};
    std::string& from = query.mail_from;
    if (from.size() >= 2 && from.front() == '<' && from.back() == '>')
        from = from.substr(1, from.size() - 2);
    if (from.empty() && query.helo.empty())
        return fail("--helo is missing; without a sender there is nothing else to check");
    return query;
}

void print_json(std::ostream& out, const spf::Verdict& verdict) {
    const Json json{{"result", to_string(verdict.status)}, {"explanation", verdict.explanation},
                    {"mechanism", verdict.mechanism},      {"problem", verdict.problem},
                    {"lookups", verdict.lookups},          {"void-lookups", verdict.void_lookups}};
    out << json.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
}

void print_human(std::ostream& out, const spf::Verdict& verdict) {
    const auto row = [&out](std::string_view name, std::string_view value) {
        if (value.empty()) return;
        std::string left(name);
        left.resize(14, ' ');
        out << left << printable(value) << "\n";
    };
    row("result", to_string(verdict.status));
    row("identity", to_string(verdict.identity));
    row("domain", verdict.domain);
    row("mechanism", verdict.mechanism);
    row("explanation", verdict.explanation);
    row("problem", verdict.problem);
    row("lookups", std::to_string(verdict.lookups));
    row("void-lookups", std::to_string(verdict.void_lookups));
}

int run(const Arguments& arguments, Streams io) {
    auto query = query_of(arguments);
    if (!query) return usage_error(kUsage.command, query.error(), io);
    const std::string name = arguments.text("engine");
    if (name != "own" && name != "libspf2")
        return usage_error(kUsage.command,
                           {"--engine \"" + printable(name) + "\" is neither own nor libspf2"}, io);
    const auto engine =
        spf::make_engine(name == "own" ? spf::EngineKind::Own : spf::EngineKind::LibSpf2);
    if (!engine) return usage_error(kUsage.command, {"this postern was built without libspf2"}, io);
    int code = exit_code::kOk;
    const auto resolver = resolver_for(kUsage.command, arguments, io, code);
    if (!resolver) return code;

    const bool json = arguments.given("json");
    if (arguments.given("trace")) {
        std::ostream& to = json ? io.err : io.out;
        query->trace = [&to](std::string_view step) { to << printable(step) << "\n"; };
    }
    const spf::Verdict verdict =
        engine->check(*query, *resolver, {.at = std::chrono::steady_clock::now() + kTimeout});
    if (json)
        print_json(io.out, verdict);
    else
        print_human(io.out, verdict);
    return exit_code::kOk;
}

} // namespace

const Command kSpf{.name = "spf",
                   .summary = "checks SPF for a client and a sender, and explains it",
                   .usage = &kUsage,
                   .run = run};

} // namespace postern::tool
