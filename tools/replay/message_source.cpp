#include "tools/replay/message_source.hpp"

#include "common/base/file.hpp"
#include "common/message/address.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace postern::replay {

namespace fs = std::filesystem;

struct MessageSource::OpenMbox {
    std::string path, text;
    MboxReader reader{std::string_view{}};
    std::size_t count = 0;
    std::optional<MboxMessage> ahead;
};

namespace {

Result<std::string> read_standard_input(std::size_t limit) {
    std::string text;
    char buffer[65536];
    while (true) {
        const ssize_t count = ::read(STDIN_FILENO, buffer, sizeof buffer);
        if (count < 0) return fail("cannot read standard input: " + errno_text(errno));
        if (count == 0) return text;
        text.append(buffer, static_cast<std::size_t>(count));
        if (text.size() > limit)
            return fail("standard input has more than " + std::to_string(limit) + " octets");
    }
}

/// A local part as it stands in an SMTP path (RFC 5321 4.1.2).
std::string quote_local_part(std::string_view local_part) {
    constexpr std::string_view kSpecial = "()<>[]:;@\\,\" \t";
    if (local_part.find_first_of(kSpecial) == std::string_view::npos)
        return std::string(local_part);
    std::string out = "\"";
    for (const char c : local_part) {
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    return out + "\"";
}

bool is_maildir(const fs::path& path) {
    std::error_code ignored;
    return fs::is_directory(path / "cur", ignored) && fs::is_directory(path / "new", ignored);
}

} // namespace

MessageSource::MessageSource(std::vector<std::string> paths) : paths_(paths.begin(), paths.end()) {}
MessageSource::~MessageSource() = default;

std::optional<Result<MailFile>> MessageSource::next() {
    while (true) {
        if (mbox_) {
            if (!mbox_->ahead) {
                mbox_.reset();
                continue;
            }
            MailFile file{.name = mbox_->path,
                          .text = std::move(mbox_->ahead->text),
                          .sender = std::move(mbox_->ahead->sender)};
            mbox_->ahead = mbox_->reader.next();
            ++mbox_->count;
            if (mbox_->ahead || mbox_->count > 1) file.name += ":" + std::to_string(mbox_->count);
            return file;
        }
        if (paths_.empty()) return std::nullopt;
        const std::string path = std::move(paths_.front());
        paths_.pop_front();
        std::error_code ignored;
        if (path != "-" && fs::is_directory(path, ignored)) {
            if (auto problem = expand(path)) return problem;
            continue;
        }
        auto file = open(path);
        if (file && mbox_) continue; // its messages come one by one
        return file;
    }
}

std::optional<Result<MailFile>> MessageSource::expand(const std::string& directory) {
    std::vector<std::string> entries;
    const bool maildir = is_maildir(directory);
    std::error_code error;
    fs::directory_iterator iterator(directory, error);
    for (; !error && iterator != fs::directory_iterator(); iterator.increment(error)) {
        const fs::path& path = iterator->path();
        const std::string name = path.filename();
        std::error_code ignored;
        const bool is_directory = iterator->is_directory(ignored) && !iterator->is_symlink(ignored);
        if (maildir) { // mail lies in cur and new; sub-folders are Maildirs named ".Name"
            if (is_directory && (name == "cur" || name == "new" || is_maildir(path)))
                entries.push_back(path);
        } else if (is_directory || (iterator->is_regular_file(ignored) && !name.starts_with('.'))) {
            entries.push_back(path);
        }
    }
    if (error) return fail("cannot read directory " + directory + ": " + error.message());
    std::sort(entries.begin(), entries.end());
    paths_.insert(paths_.begin(), entries.begin(), entries.end());
    return std::nullopt;
}

Result<MailFile> MessageSource::open(const std::string& path) {
    std::string text;
    if (path == "-") {
        auto input = read_standard_input(kMaxMessage);
        if (!input) return tl::unexpected(input.error());
        text = std::move(*input);
    } else {
        auto content = read_file(path, kMaxMbox);
        if (!content) return tl::unexpected(content.error());
        text = std::move(content->text);
    }
    if (MboxReader::is_mbox(text)) {
        mbox_ = std::make_unique<OpenMbox>();
        mbox_->path = path;
        mbox_->text = std::move(text);
        mbox_->reader = MboxReader(mbox_->text);
        mbox_->ahead = mbox_->reader.next();
        return MailFile{};
    }
    if (text.size() > kMaxMessage)
        return fail(path + ": a message of more than " + std::to_string(kMaxMessage) + " octets");
    if (text.empty()) return fail(path + ": empty, no message in it");
    return MailFile{.name = path, .text = std::move(text), .sender = {}};
}

std::string output_name(std::string_view name) {
    while (name.starts_with("./") || name.starts_with("../") || name.starts_with('/'))
        name.remove_prefix(name.find('/') + 1);
    std::string out(name == "-" ? std::string_view("stdin") : name);
    std::replace(out.begin(), out.end(), '/', '_');
    if (out.empty() || out == "." || out == "..") out = "message";
    if (out.size() > 200) out = out.substr(out.size() - 200);
    return out;
}

std::vector<std::string> addresses_in(std::string_view value) {
    std::string wire; // folds as CRLF
    for (const char c : value)
        if (c == '\n')
            wire.append("\r\n");
        else
            wire.push_back(c);
    std::vector<std::string> addresses;
    const auto mailboxes = message::parse_from(wire);
    if (!mailboxes) return addresses;
    for (const message::Mailbox& mailbox : *mailboxes)
        addresses.push_back(quote_local_part(mailbox.local_part) + "@" + mailbox.domain);
    return addresses;
}

} // namespace postern::replay
