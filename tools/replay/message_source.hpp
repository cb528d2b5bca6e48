// Where the mail to replay comes from: files with one message, mbox files, Maildirs, directories
// (with everything below them), "-" for standard input. What cannot be read is reported and
// skipped.
//
//     MessageSource source(paths);
//     while (auto item = source.next()) {
//         if (!*item) { complain((*item).error().message); continue; }
//         use((*item)->text);
//     }
#pragma once

#include "common/base/result.hpp"
#include "tools/replay/mbox.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace postern::replay {

struct MailFile {
    std::string name;   ///< the path; for one of several in an mbox, with ":" and its number from 1
    std::string text;   ///< as in the file
    std::string sender; ///< from a From_ line; empty if there is none
};

class MessageSource {
public:
    explicit MessageSource(std::vector<std::string> paths);
    ~MessageSource();

    /// Nothing at the end; an error for each file that could not be read.
    std::optional<Result<MailFile>> next();

    static constexpr std::size_t kMaxMessage = std::size_t{256} << 20;
    static constexpr std::size_t kMaxMbox = std::size_t{2} << 30;

private:
    struct OpenMbox;
    /// Replaces a directory at the front of the queue by what it holds.
    std::optional<Result<MailFile>> expand(const std::string& directory);
    Result<MailFile> open(const std::string& path);

    std::deque<std::string> paths_;
    std::unique_ptr<OpenMbox> mbox_;
};

/// File name for a result of `name`, without slashes.
std::string output_name(std::string_view name);

/// Addresses in the value of an address field as they stand in SMTP; none if it cannot be read.
std::vector<std::string> addresses_in(std::string_view value);

} // namespace postern::replay
