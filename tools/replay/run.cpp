#include "tools/replay/run.hpp"

#include "common/base/file.hpp"
#include "common/base/text.hpp"
#include "tools/replay/capture.hpp"
#include "tools/replay/header_diff.hpp"
#include "tools/replay/report.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <set>

namespace postern::replay {

namespace {

std::string result_text(const postfix::Message& message, const Options& options) {
    postfix::Message shown = message;
    if (options.no_received)
        std::erase_if(shown.header, [](const auto& field) { return field.hidden; });
    std::string text = shown.text();
    if (!options.lf) return text;
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') out.push_back(text[i]);
    return out;
}

/// Writes results under names that are used once.
class ResultDirectory {
public:
    explicit ResultDirectory(std::string path) : path_(std::move(path)) {}

    Result<void> write(std::string_view file, std::string_view text) {
        const std::string base = output_name(file);
        std::string name = base;
        for (int number = 2; !used_.insert(name).second; ++number)
            name = base + "-" + std::to_string(number);
        return write_file(path_ + "/" + name, text);
    }

private:
    std::string path_;
    std::set<std::string> used_;
};

void show(const Report& report, const Options& options) {
    const bool bad =
        report.outcome == nullptr || !report.unmet.empty() || !report.outcome->errors.empty();
    if (options.quiet && !bad) return;
    const std::string text =
        options.json ? format_json(report, options.setup) : format_text(report, options.setup);
    (void)fwrite(text.data(), 1, text.size(), stdout);
    (void)fflush(stdout);
}

} // namespace

Prepared prepare(const MailFile& file, const Options& options) {
    postfix::MessageLimits limits;
    if (options.keep_stray_cr) limits.stray_cr = postfix::MessageLimits::StrayCr::Keep;
    const std::string& fixed_id = options.setup.queue_id;
    Prepared mail{.file = file.name,
                  .queue_id = fixed_id.empty() ? make_queue_id() : fixed_id,
                  .message = postfix::parse_message(file.text, limits),
                  .envelope = {}};
    const auto addresses = [&](std::string_view name) {
        std::vector<std::string> found;
        for (const postfix::HeaderField& field : mail.message.header)
            if (iequals(field.name, name))
                for (std::string& address : addresses_in(field.value))
                    found.push_back(std::move(address));
        return found;
    };
    if (options.sender) {
        mail.envelope.sender = *options.sender;
    } else {
        const bool null_path = std::any_of(
            mail.message.header.begin(), mail.message.header.end(), [](const auto& field) {
                return iequals(field.name, "Return-Path") && trim(field.value) == "<>";
            });
        auto found = addresses("Return-Path");
        if (found.empty() && file.sender.find('@') != std::string::npos)
            found.push_back(file.sender);
        if (found.empty()) found = addresses("From");
        if (!null_path && !found.empty()) mail.envelope.sender = found.front();
    }
    mail.envelope.recipients = options.recipients;
    if (mail.envelope.recipients.empty()) {
        mail.envelope.recipients = addresses("To");
        for (std::string& address : addresses("Cc"))
            mail.envelope.recipients.push_back(std::move(address));
        constexpr std::size_t kMaxRecipients = 1000; // smtpd_recipient_limit
        if (mail.envelope.recipients.size() > kMaxRecipients)
            mail.envelope.recipients.resize(kMaxRecipients);
    }
    if (mail.envelope.recipients.empty())
        mail.envelope.recipients.push_back("postmaster@" + options.setup.hostname);
    mail.message.header.insert(
        mail.message.header.begin(),
        Session::received(options.setup, mail.envelope, mail.queue_id, options.time));
    return mail;
}

Result<void> write_file(const std::string& path, std::string_view text) {
    UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!fd) return fail("cannot write " + path + ": " + errno_text(errno));
    while (!text.empty()) {
        const ssize_t count = ::write(fd.get(), text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail("cannot write " + path + ": " + errno_text(errno));
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

Outcome play(const Setup& setup, const Prepared& mail) {
    Session session(setup, Session::Record::Edits);
    Outcome outcome = session.play(
        {.message = &mail.message, .envelope = &mail.envelope, .queue_id = mail.queue_id});
    session.end();
    return outcome;
}

void complain(const std::string& message) {
    (void)fprintf(stderr, "postern-replay: %s\n", message.c_str());
}

int run(const Options& options) {
    int status = kAllAsExpected;
    const auto raise_to = [&](Status other) { status = std::max<int>(status, other); };
    if (!options.output.empty() && ::mkdir(options.output.c_str(), 0755) != 0 && errno != EEXIST) {
        complain("cannot make directory " + options.output + ": " + errno_text(errno));
        return kFailed;
    }
    ResultDirectory results(options.output);
    std::optional<CaptureWriter> capture;
    if (!options.record.empty()) {
        auto created = CaptureWriter::create(options.record, options.time);
        if (!created) {
            complain(created.error().message);
            return kFailed;
        }
        capture = std::move(*created);
    }
    MessageSource source(options.files);
    std::optional<Session> session;
    std::size_t in_session = 0;
    const auto end_session = [&] {
        if (session) session->end();
        session.reset();
        in_session = 0;
    };
    while (auto item = source.next()) {
        Report report;
        if (!*item) {
            report.error = item->error().message;
            report.file = report.error;
            show(report, options);
            raise_to(kFailed);
            continue;
        }
        const Prepared mail = prepare(**item, options);
        if (!session) session.emplace(options.setup, Session::Record::Edits);
        const Outcome outcome = session->play(
            {.message = &mail.message, .envelope = &mail.envelope, .queue_id = mail.queue_id});
        if (++in_session >= options.per_connection || !options.setup.smtp ||
            !outcome.errors.empty())
            end_session();
        report.file = mail.file;
        report.outcome = &outcome;
        for (const Expectation& expectation : options.expectations)
            if (auto reason = unmet(expectation, outcome)) report.unmet.push_back(*reason);
        if (!report.unmet.empty()) raise_to(kDifferent);
        if (!outcome.errors.empty()) raise_to(kFailed);
        if (options.diff && outcome.message)
            report.diff = header_diff(mail.message, *outcome.message, mail.file);
        if (!options.output.empty() && outcome.message)
            if (auto written = results.write(mail.file, result_text(*outcome.message, options));
                !written) {
                complain(written.error().message);
                raise_to(kFailed);
            }
        if (capture)
            if (auto written = capture->add(options.setup, mail, outcome); !written) {
                complain(written.error().message);
                raise_to(kFailed);
            }
        show(report, options);
    }
    end_session();
    return status;
}

} // namespace postern::replay
