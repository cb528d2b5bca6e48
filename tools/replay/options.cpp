#include "tools/replay/options.hpp"

#include "common/base/host_name.hpp"
#include "common/base/ip.hpp"
#include "common/base/text.hpp"

#include <boost/program_options.hpp>

#include <ctime>
#include <sstream>

namespace postern::replay {

namespace po = boost::program_options;

namespace {

constexpr const char* kUsage =
    "Usage: postern-replay --milter SOCKET [OPTION]... FILE...\n"
    "       postern-replay --compare SOCKET SOCKET [OPTION]... FILE...\n"
    "       postern-replay --milter SOCKET --load -n NUMBER -c NUMBER [FILE]...\n"
    "       postern-replay --milter SOCKET --from DIRECTORY\n"
    "\n"
    "Sends mail through milters as Postfix 3.7 would and shows the verdict and every\n"
    "modification. FILE is a message, an mbox, a Maildir, a directory, or - for\n"
    "standard input. SOCKET is unix:/path, inet:host:port or inet:port@host.\n";

constexpr const char* kEpilogue =
    "\nExit status: 0 all went as expected, 1 an expectation failed or --compare found\n"
    "differences, 2 wrong usage, 3 a message or a milter failed (others still ran).\n";

tl::unexpected<Stop> usage_error(const std::string& message) {
    return tl::unexpected<Stop>(
        Stop{.status = 2, .text = "postern-replay: " + message + "\nTry postern-replay --help\n"});
}

struct Texts {
    std::vector<std::string> milters, compare, macros, expectations;
    std::string sender, client = "127.0.0.1", client_name, default_action = "tempfail";
    double connect_timeout = 30, command_timeout = 30, content_timeout = 300;
    unsigned client_port = 40000;
    long long per_connection = 1, messages = 0, connections = 1;
};

constexpr unsigned kColumns = 80;

struct Table {
    po::options_description envelope{"Envelope and client", kColumns, kColumns / 2};
    po::options_description output{"Output", kColumns, kColumns / 2};
    po::options_description other{"Other ways to run", kColumns, kColumns / 2};
    po::options_description hidden;

    Table(Options& options, Texts& texts) {
        Setup& setup = options.setup;
        auto envelope_option = envelope.add_options();
        envelope_option(
            "milter,m", po::value(&texts.milters)->value_name("SOCKET"),
            "a milter; repeat it for a chain, later ones see what earlier ones changed");
        envelope_option(
            "sender,f", po::value(&texts.sender)->value_name("ADDRESS"),
            "envelope sender, \"\" for the null sender; default: Return-Path, else From");
        envelope_option("recipient,r", po::value(&options.recipients)->value_name("ADDRESS"),
                        "envelope recipient, repeat it for more; default: To and Cc");
        envelope_option("client", po::value(&texts.client)->value_name("IP"),
                        "address of the SMTP client; default: 127.0.0.1");
        envelope_option(
            "client-name", po::value(&texts.client_name)->value_name("NAME"),
            "its verified name; default: localhost for a loopback address, else unknown");
        envelope_option("client-port", po::value(&texts.client_port)->value_name("PORT"),
                        "its port; default: 40000");
        envelope_option("helo", po::value(&setup.helo)->value_name("NAME"),
                        "its HELO name; default: localhost");
        envelope_option("login", po::value(&setup.login)->value_name("USER"),
                        "the client logged in with SASL as this user");
        envelope_option("auth-type", po::value(&setup.auth_type)->value_name("MECHANISM"),
                        "how it logged in; default: PLAIN");
        envelope_option("esmtp", po::value(&setup.mail_args)->value_name("ARGUMENT"),
                        "an ESMTP argument of MAIL, such as SIZE=1000 or SMTPUTF8");
        envelope_option("non-smtp", "mail from sendmail(1), as non_smtpd_milters see it");
        envelope_option(
            "macro", po::value(&texts.macros)->value_name("NAME=VALUE"),
            "sets a macro; one that Postfix does not send by default goes out at CONNECT "
            "and MAIL");
        envelope_option("hostname", po::value(&setup.hostname)->value_name("NAME"),
                        "myhostname of Postfix; default: the name of this host");
        envelope_option("daemon-name", po::value(&setup.daemon_name)->value_name("NAME"),
                        "{daemon_name}; default: the host name");
        envelope_option("queue-id", po::value(&setup.queue_id)->value_name("ID"),
                        "queue id; default: a new one for each message");
        envelope_option("per-connection", po::value(&texts.per_connection)->value_name("NUMBER"),
                        "messages per SMTP session; default: 1");
        envelope_option("default-action", po::value(&texts.default_action)->value_name("ACTION"),
                        "when a milter fails: tempfail (default), accept, reject, quarantine");
        envelope_option("connect-timeout", po::value(&texts.connect_timeout)->value_name("SECONDS"),
                        "default: 30");
        envelope_option("command-timeout", po::value(&texts.command_timeout)->value_name("SECONDS"),
                        "per answer up to DATA; default: 30");
        envelope_option("content-timeout", po::value(&texts.content_timeout)->value_name("SECONDS"),
                        "per answer from the header on; default: 300");
        envelope_option("keep-stray-cr", "leave stray CR alone (Postfix makes them blanks)");
        auto output_option = output.add_options();
        output_option("json", "one JSON object per message, each on a line");
        output_option("output,o", po::value(&options.output)->value_name("DIRECTORY"),
                      "writes each resulting message there, with CRLF as on the wire");
        output_option("lf", "writes them with LF");
        output_option("no-received", "writes them without the Received field of Postfix");
        output_option("diff", "shows the changes of the header as a unified diff");
        output_option("quiet,q", "shows only messages that failed");
        output_option("expect", po::value(&texts.expectations)->value_name("WHAT"),
                      "verdict=accept|reject|tempfail|discard|quarantine, header=NAME[:REGEX], "
                      "no-header=NAME, reply=REGEX, modifications=NUMBER");
        output_option("help,h", "shows this");
        output_option("version,V", "shows the version");
        auto other_option = other.add_options();
        other_option(
            "compare",
            "two milters (--milter twice, or the first two arguments): runs each "
            "message through both, shows only differences; signatures are compared by tags");
        other_option("spawn", po::value<std::string>()->value_name("COMMAND"),
                     "starts one of our daemons for the run on a temporary socket, in front of "
                     "--milter, and stops it afterwards: --spawn 'postern-sign -c FILE'");
        other_option(
            "spawn-listen", po::value(&options.spawn_listen)->value_name("SECTION"),
            "the section of its listen option; default: the part of the program's name after "
            "the dash");
        other_option("dns", po::value(&options.dns)->value_name("FILE"),
                     "zone text (or JSON) that the spawned daemon asks in place of DNS");
        other_option("time", po::value(&options.time)->value_name("UNIX"),
                     "the time of the run, for Received and the spawned daemon; default: now");
        other_option("record", po::value(&options.record)->value_name("DIRECTORY"),
                     "captures messages, envelope, macros, what DNS said (with --spawn) and the "
                     "outcome");
        other_option("from", po::value(&options.from)->value_name("DIRECTORY"),
                     "plays such a capture again, at its time and with its DNS, and shows only "
                     "what is not as recorded");
        other_option("load", "measures: messages per second and latency");
        other_option("messages,n", po::value(&texts.messages)->value_name("NUMBER"),
                     "messages to send with --load; default: 1000");
        other_option("connections,c", po::value(&texts.connections)->value_name("NUMBER"),
                     "parallel sessions with --load; default: 1");
        hidden.add_options()("file", po::value(&options.files), "");
    }
};

Result<std::chrono::milliseconds> seconds(double value, const char* option) {
    if (!(value >= 0.001 && value <= 86400))
        return fail(std::string("--") + option + " must be from 0.001 to 86400 seconds");
    return std::chrono::milliseconds(static_cast<std::int64_t>(value * 1000));
}

Result<void> fill_client(Options& options, const Texts& texts) {
    Setup& setup = options.setup;
    const auto address = IpAddress::parse(texts.client);
    if (!address) return fail("--client \"" + texts.client + "\" is no IP address");
    setup.client.address = address->text();
    setup.client.family =
        address->is_v4() ? postfix::Client::Family::Inet : postfix::Client::Family::Inet6;
    const bool loopback = setup.client.address.starts_with("127.") || setup.client.address == "::1";
    setup.client.name = !texts.client_name.empty() ? texts.client_name
                        : loopback                 ? "localhost"
                                                   : "unknown";
    if (texts.client_port > 65535) return fail("--client-port must be at most 65535");
    setup.client.port = static_cast<std::uint16_t>(texts.client_port);
    if (!setup.smtp) { // what cleanup pretends
        setup.client = {.name = "localhost", .address = "127.0.0.1", .port = 0};
        setup.helo = "localhost";
        setup.daemon_address = "127.0.0.1";
        setup.daemon_port = 0;
        setup.login.clear();
    }
    return {};
}

Result<void> fill_milters(Options& options, const Texts& texts) {
    postfix::MilterOptions common;
    const auto connect = seconds(texts.connect_timeout, "connect-timeout");
    const auto command = seconds(texts.command_timeout, "command-timeout");
    const auto content = seconds(texts.content_timeout, "content-timeout");
    for (const auto* timeout : {&connect, &command, &content})
        if (!*timeout) return tl::unexpected(timeout->error());
    common.timeouts = {.connect = *connect, .command = *command, .content = *content};
    using postfix::DefaultAction;
    if (texts.default_action == "tempfail")
        common.default_action = DefaultAction::TempFail;
    else if (texts.default_action == "accept")
        common.default_action = DefaultAction::Accept;
    else if (texts.default_action == "reject")
        common.default_action = DefaultAction::Reject;
    else if (texts.default_action == "quarantine")
        common.default_action = DefaultAction::Quarantine;
    else
        return fail("--default-action \"" + texts.default_action +
                    "\": expected tempfail, accept, reject or quarantine");
    for (const std::string& text : texts.milters) {
        auto address = SocketAddress::parse(text);
        if (!address) return fail("--milter: " + address.error().message);
        common.address = std::move(*address);
        options.setup.milters.push_back(common);
    }
    if (options.spawn) { // its socket is known when it runs; the place is kept
        common.address = {};
        options.setup.milters.insert(options.setup.milters.begin(), common);
    }
    return {};
}

/// --record, --from, --dns and --time: which of them go together, and with what.
Result<void> check_capture(const Options& options) {
    const bool other_run = options.compare || options.load_messages > 0;
    if (!options.dns.empty() && !options.spawn)
        return fail("--dns needs --spawn: only a daemon started for the run can be told");
    if (!options.record.empty() && other_run)
        return fail("--record goes neither with --compare nor with --load");
    if (options.from.empty()) return {};
    if (other_run) return fail("--from goes neither with --compare nor with --load");
    if (!options.record.empty()) return fail("--record and --from do not go together");
    if (!options.files.empty()) return fail("--from takes its messages from the capture");
    if (options.time_given) return fail("--from takes its time from the capture");
    return {};
}

Result<void> fill(Options& options, Texts& texts) {
    if (options.compare)
        while (texts.milters.size() + (options.spawn ? 1U : 0U) < 2 && !options.files.empty()) {
            texts.milters.push_back(options.files.front());
            options.files.erase(options.files.begin());
        }
    if (auto milters = fill_milters(options, texts); !milters) return milters;
    if (auto client = fill_client(options, texts); !client) return client;
    for (const std::string& text : texts.macros) {
        const auto halves = cut(text, '=');
        if (!halves || halves->before.empty())
            return fail("--macro \"" + text + "\": write NAME=VALUE");
        options.setup.macros.emplace_back(halves->before, halves->after);
    }
    for (const std::string& text : texts.expectations) {
        auto expectation = Expectation::parse(text);
        if (!expectation) return tl::unexpected(expectation.error());
        options.expectations.push_back(std::move(*expectation));
    }
    if (options.setup.milters.empty()) return fail("no milter: give --milter SOCKET");
    if (options.compare && options.setup.milters.size() != 2)
        return fail("--compare takes exactly two milters");
    if (texts.per_connection < 1 || texts.messages < 0 || texts.connections < 1)
        return fail("-n, -c and --per-connection must be at least 1");
    if (texts.connections > 10000) return fail("-c must be at most 10000");
    options.per_connection = static_cast<std::size_t>(texts.per_connection);
    options.load_connections = static_cast<std::size_t>(texts.connections);
    if (options.load_messages > 0 && texts.messages > 0)
        options.load_messages = static_cast<std::size_t>(texts.messages);
    if (options.load_messages > 0 && options.compare)
        return fail("--load and --compare do not go together");
    if (auto good = check_capture(options); !good) return good;
    if (options.files.empty() && options.load_messages == 0 && options.from.empty())
        return fail("no message: name files, directories, or - for standard input");
    for (std::string& recipient : options.recipients)
        recipient = postfix::without_brackets(recipient);
    return {};
}

} // namespace

tl::expected<Options, Stop> parse_options(int argc, const char* const* argv) {
    Options options;
    Texts texts;
    options.setup.hostname = host_name();
    options.time = std::time(nullptr);
    Table table(options, texts);
    po::options_description shown("", kColumns, kColumns / 2), all;
    shown.add(table.envelope).add(table.output).add(table.other);
    all.add(shown).add(table.hidden);
    po::positional_options_description positional;
    positional.add("file", -1);
    po::variables_map map;
    try {
        po::store(
            po::command_line_parser(argc, argv)
                .options(all)
                .positional(positional)
                .style(po::command_line_style::unix_style & ~po::command_line_style::allow_guessing)
                .run(),
            map);
        if (map.count("help") != 0) {
            std::ostringstream text;
            text << kUsage << shown << kEpilogue;
            return tl::unexpected<Stop>(Stop{.status = 0, .text = text.str()});
        }
        if (map.count("version") != 0)
            return tl::unexpected<Stop>(
                Stop{.status = 0, .text = "postern-replay " POSTERN_VERSION "\n"});
        po::notify(map);
    } catch (const po::error& error) {
        return usage_error(error.what());
    }
    options.json = map.count("json") != 0;
    options.lf = map.count("lf") != 0;
    options.no_received = map.count("no-received") != 0;
    options.diff = map.count("diff") != 0;
    options.quiet = map.count("quiet") != 0;
    options.time_given = map.count("time") != 0;
    options.compare = map.count("compare") != 0;
    options.keep_stray_cr = map.count("keep-stray-cr") != 0;
    options.setup.smtp = map.count("non-smtp") == 0;
    options.load_messages = map.count("load") != 0 ? 1000 : 0;
    if (map.count("sender") != 0) options.sender = postfix::without_brackets(texts.sender);
    if (map.count("spawn") != 0) options.spawn = map["spawn"].as<std::string>();
    if (const auto result = fill(options, texts); !result)
        return usage_error(result.error().message);
    return options;
}

} // namespace postern::replay
