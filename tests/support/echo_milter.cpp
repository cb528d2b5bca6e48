// A daemon like the real ones with a session that tells what it was told, and misbehaves on
// request: the subject of the tests of common/daemon and milters/frame.
//
// At the end of the message it inserts "X-Echo: " and what it saw. Header fields ask for more:
//   X-Throw: header | eoh | body | eom      throws there
//   X-Sleep: 500                            end of message takes so many milliseconds
//   X-Answer: reject | tempfail | accept    at the end of headers
// and a sender throw-mail@... makes mail() throw.
#include "common/base/file.hpp"
#include "common/base/guarded.hpp"
#include "common/base/text.hpp"
#include "common/config/log_options.hpp"
#include "common/config/reader.hpp"
#include "common/daemon/program.hpp"
#include "milters/frame/milter_server.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>

namespace postern::testing_support {
namespace {

using milter::Actions;
using milter::Answer;

constexpr std::array<config::Option, 2> kEchoOptions{
    {{.name = "generation", .default_value = "1", .help = "Echoed; bad is refused."},
     {.name = "need-file", .kind = config::Kind::Path, .help = "Must be readable, if set."}}};
constexpr auto kOptions =
    config::concat(daemon::process_options("inet:127.0.0.1:8890"), kEchoOptions);
constexpr std::array<config::Section, 2> kSections{
    {config::kLogSection, {.name = "echo", .help = "The test daemon.", .options = kOptions}}};

using Generation = std::shared_ptr<const std::string>;

class EchoSession final : public milter::Session {
public:
    EchoSession(const Guarded<Generation>& generation, Log& log)
        : generation_(generation), log_(log) {}

    Answer connect(const milter::ConnectInfo& client, Actions&) override {
        client_ = std::string(client.name) + "[" +
                  (client.address ? client.address->text() : "none") +
                  "]:" + std::to_string(client.port);
        if (client.name == "throw-connect.example") throw std::runtime_error("thrown in connect");
        return Answer::Continue;
    }
    Answer mail(std::string_view sender, std::span<const std::string_view> args,
                Actions& actions) override {
        message_.emplace();
        message_->generation = generation_.get();
        message_->sender = "<" + std::string(sender) + ">";
        for (const std::string_view argument : args)
            (message_->sender += ',') += argument;
        message_->macro = actions.macro("{auth_type}");
        if (sender.starts_with("throw-mail@")) throw std::runtime_error("thrown in mail");
        return Answer::Continue;
    }
    Answer header(std::string_view name, std::string_view value, Actions&) override {
        if (!message_) throw std::runtime_error("header without mail");
        ++message_->fields;
        message_->last = value;
        if (name == "X-Throw") message_->thrower = trim(value);
        if (name == "X-Sleep") message_->sleep = parse_number<int>(trim(value)).value_or(0);
        if (name == "X-Answer") message_->answer = trim(value);
        throw_at("header");
        return Answer::Continue;
    }
    Answer end_of_headers(Actions& actions) override {
        if (!message_) return Answer::TempFail;
        throw_at("eoh");
        message_->queue_id = actions.macro("i");
        if (message_->answer == "reject") {
            actions.set_reply("550", "5.7.1", "100% no");
            return Answer::Reject;
        }
        if (message_->answer == "tempfail") return Answer::TempFail;
        if (message_->answer == "accept") return Answer::Accept;
        return Answer::Continue;
    }
    Answer body(std::string_view chunk, Actions&) override {
        if (!message_) return Answer::Continue;
        throw_at("body");
        message_->body += chunk.size();
        return Answer::Continue;
    }
    Answer end_of_message(Actions& actions) override {
        if (!message_) return Answer::TempFail;
        throw_at("eom");
        if (message_->sleep > 0)
            std::this_thread::sleep_for(std::chrono::milliseconds(message_->sleep));
        actions.insert_header(
            0, "X-Echo",
            " client=" + client_ + " sender=" + message_->sender + " auth=" + message_->macro +
                " id=" + message_->queue_id + " fields=" + std::to_string(message_->fields) +
                " body=" + std::to_string(message_->body) + " generation=" + *message_->generation +
                "\r\n last=" + escape_for_log(message_->last));
        message_.reset();
        return Answer::Continue;
    }
    void abort() noexcept override {
        message_.reset();
        log_.info("echo: aborted");
    }
    void failed(std::string_view what) noexcept override {
        log_.error("echo: failed: " + std::string(what));
    }

private:
    struct Message {
        Generation generation;
        std::string sender, macro, queue_id, last, thrower, answer;
        int fields = 0, sleep = 0;
        std::size_t body = 0;
    };
    void throw_at(std::string_view step) const {
        if (message_->thrower == step) throw std::runtime_error("thrown in " + std::string(step));
    }

    const Guarded<Generation>& generation_;
    Log& log_;
    std::string client_;
    std::optional<Message> message_;
};

class EchoProgram final : public daemon::Program {
public:
    [[nodiscard]] std::string_view name() const override { return "echo_milter"; }
    [[nodiscard]] std::string_view purpose() const override {
        return "Tells what a milter is told.";
    }
    [[nodiscard]] std::span<const config::Section> sections() const override { return kSections; }
    [[nodiscard]] std::string_view own_section() const override { return "echo"; }

    Prepared prepare(const config::Settings& settings, const daemon::ProcessConfig&,
                     Log& log) override {
        Prepared prepared;
        config::Reader echo(settings, "echo", prepared.problems);
        log_ = &log;
        fresh_ = std::make_shared<const std::string>(echo.text("generation"));
        if (*fresh_ == "bad") echo.problem("generation", "is bad", "write a good one");
        if (const std::string path = echo.path("need-file"); !path.empty())
            if (const auto file = read_file(path, 1000); !file)
                echo.problem("need-file", file.error().message);
        return prepared;
    }
    void commit() noexcept override { generation_.set(std::move(fresh_)); }
    Result<void> start(std::vector<daemon::Listener> listeners) override {
        using milter::StepUse;
        milter::Service service;
        service.name = "echo_milter";
        service.connect = StepUse::Listen;
        service.mail = StepUse::Answer;
        service.header = StepUse::Listen;
        service.end_of_headers = StepUse::Answer;
        service.body = StepUse::Listen;
        service.edits_headers = true;
        service.macros.mail = "{auth_type}";
        service.macros.end_of_headers = "i";
        // The pointer by value: prepare() writes it again while sessions are made.
        service.make_session = [this, log = log_] {
            return std::make_unique<EchoSession>(generation_, *log);
        };
        server_.emplace(std::move(service), *log_);
        return server_->start(std::move(listeners));
    }
    [[nodiscard]] int ended_fd() const override { return server_ ? server_->ended_fd() : -1; }
    void stop(std::chrono::milliseconds timeout) override { server_->stop(timeout); }

private:
    Log* log_ = nullptr;
    Generation fresh_;
    Guarded<Generation> generation_;
    std::optional<milter::MilterServer> server_;
};

} // namespace
} // namespace postern::testing_support

int main(int argc, char** argv) {
    postern::testing_support::EchoProgram program;
    return postern::daemon::run(argc, argv, program);
}
