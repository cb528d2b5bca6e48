#include "milters/sign/key_ring.hpp"

#include "common/base/text.hpp"
#include "common/crypto/secret.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <unordered_map>

namespace postern::sign {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t steady_ns(const Clock& clock) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(clock.steady().time_since_epoch())
        .count();
}

/// What is wrong with the permissions of a key, or nothing. Group read is how a mail group gets in.
std::string unsafe_mode(mode_t mode) {
    const char* who = (mode & S_IWOTH) != 0   ? "others can write it"
                      : (mode & S_IROTH) != 0 ? "others can read it"
                      : (mode & S_IWGRP) != 0 ? "its group can write it"
                                              : nullptr;
    if (who == nullptr) return {};
    std::array<char, 16> octal{};
    std::snprintf(octal.data(), octal.size(), "%04o", static_cast<unsigned>(mode));
    return std::string("mode ") + octal.data() + ": " + who;
}

/// The permission bits that count for this reader.
bool may(const struct stat& status, const KeyReader& reader, mode_t owner, mode_t group,
         mode_t other) {
    if (reader.user == 0) return true;
    if (status.st_uid == reader.user) return (status.st_mode & owner) != 0;
    if (std::find(reader.groups.begin(), reader.groups.end(), status.st_gid) != reader.groups.end())
        return (status.st_mode & group) != 0;
    return (status.st_mode & other) != 0;
}

} // namespace

KeyFile::KeyFile(std::string path, std::shared_ptr<const KeyContext> context)
    : path_(std::move(path)), context_(std::move(context)) {}

Result<KeyPointer> KeyFile::key() const { return get(Voice::Warn); }
Result<KeyPointer> KeyFile::load() const { return get(Voice::Silent); }

Result<KeyPointer> KeyFile::get(Voice voice) const {
    const std::int64_t now = steady_ns(context_->clock);
    std::int64_t due = next_look_.load();
    if (due == kNever) { // the first reader reads, the others wait for it
        const std::lock_guard lock(reading_);
        if (next_look_.load() == kNever) {
            look(voice);
            next_look_.store(now + kSecond);
        }
    } else if (now >= due && next_look_.compare_exchange_strong(due, now + kSecond)) {
        if (const std::unique_lock lock(reading_, std::try_to_lock); lock) look(voice);
    }
    return state_.with([&](const State& state) -> Result<KeyPointer> {
        if (state.key != nullptr) return state.key;
        return fail(state.error);
    });
}

std::string KeyFile::unsafe() const {
    return state_.with([](const State& state) { return state.unsafe; });
}

void warn_of_key(const KeyFile& file, const crypto::PrivateKey& key, const config::Origin& where,
                 const std::string& subject, tables::Report& report) {
    constexpr unsigned kUsualBits = 2048;
    if (const std::string unsafe = file.unsafe(); !unsafe.empty())
        report.warn(where, subject + file.path() + ": " + unsafe,
                    "chmod 0640, owner root or our user");
    if (key.type() == crypto::KeyType::Rsa && key.bits() < kUsualBits)
        report.warn(where,
                    subject + file.path() + ": RSA key of " + std::to_string(key.bits()) +
                        " bits, which some receivers count as no signature (RFC 8301 3.2)",
                    "make one of 2048 bits with postern keygen");
}

/// Under reading_.
void KeyFile::look(Voice voice) const {
    const State before = state_.get();
    const auto found = stat_file(path_);
    if (!found) return keep({path_ + ": " + found.error().message}, std::nullopt, voice);
    if (before.stamp == *found && !before.young) return;

    auto content = read_file(path_, kMaxBytes);
    if (!content) return keep(content.error(), *found, voice);
    const crypto::WipeAtExit wiped(content->text);
    // Within the same tick of the file system's clock a second write leaves no trace.
    const std::int64_t age = context_->clock.unix_time() - content->stamp.modified_ns / kSecond;
    const bool young = age > -2 && age < 2;

    const std::size_t fingerprint = std::hash<std::string>{}(content->text);
    std::string unsafe = unsafe_mode(content->mode);
    const bool same = before.key != nullptr && fingerprint == before.fingerprint;
    const auto parsed =
        same ? Result<KeyPointer>(before.key)
             : crypto::PrivateKey::parse(content->text)
                   .map([](crypto::PrivateKey&& key) -> KeyPointer {
                       return std::make_shared<const crypto::PrivateKey>(std::move(key));
                   });
    Result<KeyPointer> key = parsed;
    if (!key) key = fail(path_ + ": " + parsed.error().message);
    if (!unsafe.empty() && context_->options.refuse_unsafe)
        key = fail(path_ + ": refused, " + unsafe);
    if (!key) {
        keep(key.error(), content->stamp, voice);
        state_.with([&](State& state) { state.young = young; });
        return;
    }

    state_.with([&](State& state) {
        state.key.swap(*key); // the old key dies outside the lock
        state.error.clear();
        state.stamp = content->stamp;
        state.young = young;
        state.fingerprint = fingerprint;
        state.unsafe = unsafe;
    });
    const auto& warn = context_->options.warn;
    if (voice == Voice::Silent || !warn) return;
    if (!unsafe.empty() && unsafe != before.unsafe) warn(path_ + ": " + unsafe);
    if (!before.error.empty()) warn(path_ + ": the key is good again");
}

/// Notes that an attempt failed; the key in use, if any, stays in use.
void KeyFile::keep(const Error& error, const std::optional<FileStamp>& stamp, Voice voice) const {
    bool told = false, has_key = false;
    state_.with([&](State& state) {
        told = state.error == error.message && state.stamp == stamp;
        state.error = error.message;
        state.stamp = stamp;
        state.young = false;
        has_key = state.key != nullptr;
    });
    if (told || voice == Voice::Silent || !context_->options.warn) return;
    context_->options.warn(error.message + (has_key ? "; signing goes on with the old key" : ""));
}

struct KeyRing::Files {
    using Map =
        std::unordered_map<std::string, std::weak_ptr<const KeyFile>, TextHash, std::equal_to<>>;
    struct All {
        Map map;
        std::size_t sweep_at = 1024; ///< size at which dead entries are looked for
        std::unordered_map<std::string, std::shared_ptr<const KeyFile>> passing;
    };
    Guarded<All> all;
    /// May the reader pass this directory? For the length of a load, directories hardly change.
    mutable Guarded<std::unordered_map<std::string, bool>> passable;

    bool reaches(const std::string& directory, const KeyReader& reader) const {
        if (directory.empty()) return true;
        if (const auto known = passable.with([&](auto& map) -> std::optional<bool> {
                const auto found = map.find(directory);
                return found == map.end() ? std::nullopt : std::optional(found->second);
            }))
            return *known;
        struct stat status {};
        const bool can = ::stat(directory.c_str(), &status) == 0 &&
                         may(status, reader, S_IXUSR, S_IXGRP, S_IXOTH) &&
                         reaches(directory.substr(0, directory.rfind('/')), reader);
        passable.with([&](auto& map) {
            if (map.size() > 100'000) map.clear();
            map[directory] = can;
        });
        return can;
    }
};

KeyRing::KeyRing(const Clock& clock, KeyRingOptions options)
    : context_(std::make_shared<const KeyContext>(KeyContext{clock, std::move(options)})),
      files_(std::make_unique<Files>()) {}
KeyRing::~KeyRing() = default;

std::shared_ptr<const KeyFile> KeyRing::file(const std::string& path) {
    return files_->all.with([&](Files::All& all) {
        auto& slot = all.map[path];
        auto file = slot.lock();
        if (file == nullptr) {
            file = std::make_shared<const KeyFile>(path, context_);
            slot = file;
        }
        if (all.map.size() >= all.sweep_at) {
            std::erase_if(all.map, [](const auto& entry) { return entry.second.expired(); });
            all.sweep_at = std::max<std::size_t>(1024, all.map.size() * 2);
        }
        return file;
    });
}

std::shared_ptr<const KeyFile> KeyRing::passing_file(const std::string& path) {
    auto file = this->file(path);
    decltype(Files::All::passing) dropped; // dies outside the lock
    files_->all.with([&](Files::All& all) {
        if (all.passing.size() >= kMaxPassing && !all.passing.contains(path))
            dropped.swap(all.passing);
        all.passing[path] = file;
    });
    return file;
}

bool KeyRing::must_read_now(const std::string& path) const {
    const auto& reader = context_->options.reader;
    if (!reader) return false;
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return true; // and let the reading say why
    const auto slash = path.rfind('/');
    return !may(status, *reader, S_IRUSR, S_IRGRP, S_IROTH) ||
           !files_->reaches(slash == std::string::npos ? "" : path.substr(0, slash), *reader);
}

} // namespace postern::sign
