// Private keys by file: held parsed, and followed when the file is overwritten or replaced.
//
//     auto ring = std::make_shared<KeyRing>(clock, options);
//     std::shared_ptr<const KeyFile> file = ring->file("/etc/postern/keys/example.org/2026a.pem");
//     if (auto key = file->key()) (*key)->sign(digest);
//
// One ring serves every configuration snapshot of a daemon, so that a reload after privileges were
// dropped still has the keys read as root. It forgets a file when the last snapshot naming it dies.
//
// When keys are read. Parsing a key costs time (RSA 2048: measured 0.7 ms of CPU, most of it in
// OpenSSL 3.0) and the parsed key memory (some kilobytes), so of tables of many thousand rows the
// first KeyRingOptions::eager files are parsed at start and each of the others when a message first
// needs it. A file that KeyRingOptions::reader could not read later (root only, 0600) is parsed at
// start however many there are.
#pragma once

#include "common/base/clock.hpp"
#include "common/base/file.hpp"
#include "common/base/guarded.hpp"
#include "common/base/result.hpp"
#include "common/crypto/key.hpp"
#include "common/tables/report.hpp"

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace postern::sign {

using KeyPointer = std::shared_ptr<const crypto::PrivateKey>;

/// Who reads keys once privileges are dropped.
struct KeyReader {
    uid_t user = 0;
    std::vector<gid_t> groups;
};

struct KeyRingOptions {
    bool refuse_unsafe = false;      ///< a key that others can read or a group can write is no key
    std::size_t eager = 500;         ///< how many files of a table are parsed at start
    std::optional<KeyReader> reader; ///< nothing: privileges stay as they are
    /// Called when a file that changed is no good (once per change) or is good again, on the thread
    /// that noticed. May be empty.
    std::function<void(const std::string& line)> warn;
};

/// What the files of a ring share.
struct KeyContext {
    const Clock& clock;
    KeyRingOptions options;
};

/// One key file. Thread-safe; get it from KeyRing::file.
class KeyFile {
public:
    KeyFile(std::string path, std::shared_ptr<const KeyContext> context);

    /// The key, read now if it never was. Looks at the file (one stat) at most once a second; while
    /// one thread reads a changed file the others use the old key. A new file that cannot be read
    /// or parsed leaves the old key in place. The error names the path.
    [[nodiscard]] Result<KeyPointer> key() const;
    /// The same at start, when warnings go to a report: the ring's warn() is not called.
    [[nodiscard]] Result<KeyPointer> load() const;

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// "mode 0644: others can read it" if the file last read should not be as it is, else empty.
    [[nodiscard]] std::string unsafe() const;

    static constexpr std::size_t kMaxBytes = 64UL * 1024;

private:
    enum class Voice : std::uint8_t { Silent, Warn };
    struct State {
        KeyPointer key;
        std::string error;              ///< of the last attempt, empty if it went well
        std::optional<FileStamp> stamp; ///< of the last attempt, also a failed one
        bool young = false;             ///< written so recently that the stamp may not tell
        std::size_t fingerprint = 0;    ///< of the text, to pass over a file that was only touched
        std::string unsafe;
    };
    [[nodiscard]] Result<KeyPointer> get(Voice voice) const;
    void look(Voice voice) const;
    void keep(const Error& error, const std::optional<FileStamp>& stamp, Voice voice) const;

    static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();

    std::string path_;
    std::shared_ptr<const KeyContext> context_;
    mutable std::mutex reading_; ///< held while the file is read and parsed; State has its own lock
    mutable std::atomic<std::int64_t> next_look_{kNever}; ///< nanoseconds of the steady clock
    mutable Guarded<State> state_;
};

/// Warns of what a person should mend about a key just loaded: a file that others can read, and RSA
/// of less than 2048 bits (RFC 8301 3.2). `subject` goes before the path.
void warn_of_key(const KeyFile& file, const crypto::PrivateKey& key, const config::Origin& where,
                 const std::string& subject, tables::Report& report);

class KeyRing {
public:
    /// `clock` must outlive the ring and every file of it.
    explicit KeyRing(const Clock& clock, KeyRingOptions options = {});
    KeyRing(const KeyRing&) = delete;
    KeyRing& operator=(const KeyRing&) = delete;
    ~KeyRing();

    /// The file of this path, the same object for the same path; nothing is read yet. Thread-safe.
    [[nodiscard]] std::shared_ptr<const KeyFile> file(const std::string& path);

    /// For paths made from an address ("/keys/%/mail.pem"): the ring itself keeps at most
    /// kMaxPassing of them and drops them all when there are more. Thread-safe.
    [[nodiscard]] std::shared_ptr<const KeyFile> passing_file(const std::string& path);

    /// Must this file be read before privileges are dropped?
    [[nodiscard]] bool must_read_now(const std::string& path) const;

    [[nodiscard]] const KeyContext& context() const noexcept { return *context_; }

    static constexpr std::size_t kMaxPassing = 4096;

private:
    struct Files;
    std::shared_ptr<const KeyContext> context_;
    std::unique_ptr<Files> files_;
};

} // namespace postern::sign
