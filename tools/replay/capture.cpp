#include "tools/replay/capture.hpp"

#include "common/base/file.hpp"
#include "common/base/log.hpp"
#include "common/base/text.hpp"

#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <limits>

namespace postern::replay {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::string_view kFormat = "postern-capture";
constexpr int kVersion = 1;
constexpr std::size_t kMaxJson = std::size_t{64} << 20;

std::string visible(std::string_view text) {
    return escape_for_log(text, std::numeric_limits<std::size_t>::max());
}

Result<void> write_json(const std::string& path, const Json& json) {
    try {
        return write_file(path, json.dump(2) + "\n");
    } catch (const Json::exception&) { // the only reason: a string that is no UTF-8
        return fail(path + ": an address or macro has octets that are no UTF-8");
    }
}

Result<Json> read_json(const std::string& path) {
    const auto content = read_file(path, kMaxJson);
    if (!content) return tl::unexpected(content.error());
    Json json = Json::parse(content->text, nullptr, false);
    if (!json.is_object()) return fail(path + ": not a JSON object");
    return json;
}

constexpr std::string_view to_string(postfix::Client::Family family) {
    using Family = postfix::Client::Family;
    switch (family) {
    case Family::Inet:
        return "inet";
    case Family::Inet6:
        return "inet6";
    case Family::Unix:
        return "unix";
    case Family::Unknown:
        break;
    }
    return "unknown";
}

Json setup_json(const Setup& setup) {
    Json macros = Json::array();
    for (const auto& [name, value] : setup.macros)
        macros.push_back({name, value});
    return {{"smtp", setup.smtp},
            {"client",
             {{"family", to_string(setup.client.family)},
              {"name", setup.client.name},
              {"address", setup.client.address},
              {"port", setup.client.port}}},
            {"helo", setup.helo},
            {"login", setup.login},
            {"auth_type", setup.auth_type},
            {"mail_args", setup.mail_args},
            {"macros", macros},
            {"hostname", setup.hostname},
            {"daemon_name", setup.daemon_name},
            {"daemon_address", setup.daemon_address},
            {"daemon_port", setup.daemon_port}};
}

Setup setup_of(const Json& json) {
    Setup setup;
    setup.smtp = json.at("smtp");
    const Json& client = json.at("client");
    using Family = postfix::Client::Family;
    for (const Family family : {Family::Inet, Family::Inet6, Family::Unix, Family::Unknown})
        if (client.at("family") == to_string(family)) setup.client.family = family;
    setup.client.name = client.at("name");
    setup.client.address = client.at("address");
    setup.client.port = client.at("port");
    setup.helo = json.at("helo");
    setup.login = json.at("login");
    setup.auth_type = json.at("auth_type");
    setup.mail_args = json.at("mail_args").get<std::vector<std::string>>();
    for (const Json& macro : json.at("macros"))
        setup.macros.emplace_back(macro.at(0), macro.at(1));
    setup.hostname = json.at("hostname");
    setup.daemon_name = json.at("daemon_name");
    setup.daemon_address = json.at("daemon_address");
    setup.daemon_port = json.at("daemon_port");
    return setup;
}

Json summary_json(const Summary& summary) {
    return {{"verdict", summary.verdict},
            {"modifications", summary.edits},
            {"body", summary.body},
            {"sender", summary.sender},
            {"recipients", summary.recipients}};
}

Summary summary_of(const Json& json) {
    return {.verdict = json.at("verdict"),
            .edits = json.at("modifications").get<std::vector<std::string>>(),
            .body = json.at("body"),
            .sender = json.at("sender"),
            .recipients = json.at("recipients").get<std::vector<std::string>>()};
}

} // namespace

Summary storable(Summary summary) {
    for (std::string* text : {&summary.verdict, &summary.body, &summary.sender})
        *text = visible(*text);
    for (auto* list : {&summary.edits, &summary.recipients})
        for (std::string& text : *list)
            text = visible(text);
    return summary;
}

Result<CaptureWriter> CaptureWriter::create(const std::string& directory, std::int64_t time) {
    std::error_code error;
    fs::create_directories(directory, error);
    if (error) return fail("cannot make directory " + directory + ": " + error.message());
    if (!fs::is_empty(directory, error) || error)
        return fail(directory + " is not empty: a capture needs a directory of its own");
    const auto written = write_json(directory + "/capture.json",
                                    {{"format", kFormat}, {"version", kVersion}, {"time", time}});
    if (!written) return tl::unexpected(written.error());
    return CaptureWriter(directory, time);
}

Result<void> CaptureWriter::add(const Setup& setup, const Prepared& mail, const Outcome& outcome) {
    char number[32];
    (void)snprintf(number, sizeof number, "/%06zu", ++count_);
    const std::string name = directory_ + number;
    postfix::Message shown = mail.message;
    std::erase_if(shown.header, [](const auto& field) { return field.hidden; });
    if (auto written = write_file(name + ".eml", shown.text()); !written) return written;
    return write_json(name + ".json", {{"file", visible(mail.file)},
                                       {"queue_id", mail.queue_id},
                                       {"time", time_},
                                       {"sender", mail.envelope.sender},
                                       {"recipients", mail.envelope.recipients},
                                       {"session", setup_json(setup)},
                                       {"outcome", summary_json(storable(summarize(outcome)))}});
}

Result<CaptureReader> CaptureReader::open(const std::string& directory) {
    CaptureReader reader;
    reader.directory_ = directory;
    const auto about = read_json(directory + "/capture.json");
    if (!about) return tl::unexpected(about.error());
    try {
        if (about->at("format") != kFormat) return fail(directory + " is no capture");
        if (about->at("version") != kVersion)
            return fail(directory + " is a capture of another version of postern-replay");
        reader.time_ = about->at("time");
    } catch (const Json::exception& error) {
        return fail(directory + "/capture.json: " + error.what());
    }
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(directory, error))
        if (entry.path().extension() == ".eml")
            reader.names_.push_back((entry.path().parent_path() / entry.path().stem()).string());
    if (error) return fail("cannot read " + directory + ": " + error.message());
    std::sort(reader.names_.begin(), reader.names_.end());
    return reader;
}

bool CaptureReader::has_dns() const {
    std::error_code ignored;
    return fs::exists(CaptureWriter::dns_file(directory_), ignored);
}

Result<Captured> CaptureReader::read(const std::string& name) const {
    const auto text = read_file(name + ".eml", MessageSource::kMaxMessage);
    if (!text) return tl::unexpected(text.error());
    const auto json = read_json(name + ".json");
    if (!json) return tl::unexpected(json.error());
    // What Postfix does to a message when it takes it in was done before it was captured.
    const postfix::MessageLimits limits{.stray_cr = postfix::MessageLimits::StrayCr::Keep};
    try {
        Captured captured{
            .setup = setup_of(json->at("session")),
            .mail = {.file = json->at("file"),
                     .queue_id = json->at("queue_id"),
                     .message = postfix::parse_message(text->text, limits),
                     .envelope = {.sender = json->at("sender"),
                                  .recipients =
                                      json->at("recipients").get<std::vector<std::string>>()}},
            .summary = summary_of(json->at("outcome"))};
        captured.mail.message.header.insert(
            captured.mail.message.header.begin(),
            Session::received(captured.setup, captured.mail.envelope, captured.mail.queue_id,
                              json->at("time")));
        return captured;
    } catch (const Json::exception& error) {
        return fail(name + ".json: " + error.what());
    }
}

int run_from_capture(const Options& options) {
    const auto reader = CaptureReader::open(options.from);
    if (!reader) {
        complain(reader.error().message);
        return kFailed;
    }
    int status = kAllAsExpected;
    std::size_t messages = 0, different = 0;
    for (const std::string& name : reader->names()) {
        auto captured = reader->read(name);
        if (!captured) {
            complain(captured.error().message);
            status = kFailed;
            continue;
        }
        captured->setup.milters = options.setup.milters;
        const Outcome outcome = play(captured->setup, captured->mail);
        for (const std::string& error : outcome.errors) {
            complain(captured->mail.file + ": " + error);
            status = kFailed;
        }
        ++messages;
        const auto found = differences(captured->summary, storable(summarize(outcome)));
        if (found.empty()) continue;
        ++different;
        status = std::max<int>(status, kDifferent);
        print(captured->mail.file, found, options.json ? ReportForm::Json : ReportForm::Text);
    }
    if (!options.json && !options.quiet)
        (void)printf("%zu of %zu messages are not as recorded\n", different, messages);
    return status;
}

} // namespace postern::replay
