#include "tools/replay/load.hpp"

#include "tools/replay/run.hpp"

#include <nlohmann/json.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <mutex>
#include <thread>

namespace postern::replay {

namespace {

constexpr std::size_t kMaxPrepared = std::size_t{1} << 30; // octets of messages kept in memory

double cpu_seconds() {
    rusage usage{};
    (void)getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// 10 kB of ordinary mail, for those who give no file.
MailFile sample_message() {
    std::string text = "From: Alice <alice@example.org>\r\nTo: bob@example.net\r\n"
                       "Subject: load\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n"
                       "Message-ID: <load@example.org>\r\nMIME-Version: 1.0\r\n"
                       "Content-Type: text/plain; charset=utf-8\r\n\r\n";
    while (text.size() < 10'000)
        text += "The quick brown fox jumps over the lazy dog, and once more for the measure.\r\n";
    return {.name = "(10 kB sample)", .text = std::move(text), .sender = {}};
}

struct Worker {
    std::vector<float> latencies;
    LoadFigures figures;
};

void work(const Options& options, const std::vector<Prepared>& mails,
          std::atomic<std::size_t>& next, std::atomic<std::size_t>& done, Worker& worker) {
    std::optional<Session> session;
    std::size_t in_session = 0;
    while (true) {
        const std::size_t number = next.fetch_add(1, std::memory_order_relaxed);
        if (number >= options.load_messages) break;
        const Prepared& mail = mails[number % mails.size()];
        if (!session) session.emplace(options.setup, Session::Record::Verdicts);
        const Outcome outcome =
            session->play({.message = &mail.message, .envelope = &mail.envelope, .queue_id = {}});
        if (++in_session >= options.per_connection || !options.setup.smtp ||
            !outcome.errors.empty()) {
            session->end();
            session.reset();
            in_session = 0;
        }
        worker.latencies.push_back(static_cast<float>(outcome.milliseconds));
        ++worker.figures.verdicts[static_cast<std::size_t>(outcome.verdict)];
        if (!outcome.errors.empty()) {
            ++worker.figures.errors;
            if (worker.figures.first_error.empty())
                worker.figures.first_error = outcome.errors.front();
        }
        done.fetch_add(1, std::memory_order_relaxed);
    }
    if (session) session->end();
}

/// On a terminal only; one line that is written over.
void show_progress(const std::atomic<std::size_t>& done, std::size_t total) {
    const auto start = std::chrono::steady_clock::now();
    while (true) {
        const std::size_t count = done.load(std::memory_order_relaxed);
        const double seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        constexpr std::size_t kWidth = 40;
        const std::size_t filled = count * kWidth / total;
        const std::string bar = std::string(filled, '#') + std::string(kWidth - filled, '.');
        (void)fprintf(stderr, "\r[%s] %zu/%zu  %.0f/s ", bar.c_str(), count, total,
                      seconds > 0 ? static_cast<double>(count) / seconds : 0.0);
        (void)fflush(stderr);
        if (count >= total) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    (void)fputs("\r\033[K", stderr);
}

void print(const LoadFigures& figures, const Options& options) {
    if (options.json) {
        nlohmann::ordered_json verdicts;
        for (std::size_t i = 0; i < figures.verdicts.size(); ++i)
            verdicts[std::string(to_string(static_cast<Verdict>(i)))] = figures.verdicts[i];
        nlohmann::ordered_json object{{"messages", figures.messages},
                                      {"errors", figures.errors},
                                      {"connections", figures.connections},
                                      {"per_connection", figures.per_connection},
                                      {"seconds", figures.seconds},
                                      {"messages_per_second", figures.per_second()},
                                      {"latency_ms",
                                       {{"p50", figures.p50},
                                        {"p90", figures.p90},
                                        {"p99", figures.p99},
                                        {"max", figures.max}}},
                                      {"verdicts", verdicts},
                                      {"client_cpu_seconds", figures.client_cpu_seconds}};
        if (!figures.first_error.empty()) object["error"] = figures.first_error;
        (void)puts(object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
        return;
    }
    (void)printf("%zu messages in %.2f s over %zu sessions at a time, %zu per session: %.0f/s\n"
                 "latency: p50 %.2f ms, p90 %.2f ms, p99 %.2f ms, max %.2f ms\n"
                 "errors: %zu; CPU of this client: %.0f us per message\n",
                 figures.messages, figures.seconds, figures.connections, figures.per_connection,
                 figures.per_second(), figures.p50, figures.p90, figures.p99, figures.max,
                 figures.errors,
                 figures.client_cpu_seconds / static_cast<double>(figures.messages) * 1e6);
    for (std::size_t i = 0; i < figures.verdicts.size(); ++i)
        if (figures.verdicts[i] != 0)
            (void)printf("%s: %zu\n", std::string(to_string(static_cast<Verdict>(i))).c_str(),
                         figures.verdicts[i]);
    if (!figures.first_error.empty())
        (void)printf("first error: %s\n", figures.first_error.c_str());
}

} // namespace

double percentile(const std::vector<float>& sorted, double part) {
    if (sorted.empty()) return 0;
    const double rank = std::ceil(part * static_cast<double>(sorted.size()));
    const auto index = static_cast<std::size_t>(std::max(rank, 1.0)) - 1;
    return static_cast<double>(sorted[std::min(index, sorted.size() - 1)]);
}

int run_load(const Options& options) {
    int status = kAllAsExpected;
    std::vector<Prepared> mails;
    std::size_t octets = 0;
    MessageSource source(options.files);
    while (auto item = source.next()) {
        if (!*item) {
            complain(item->error().message);
            status = kFailed;
            continue;
        }
        octets += (*item)->text.size();
        if (octets > kMaxPrepared) {
            complain("more than 1 GiB of messages, the rest is left out");
            break;
        }
        mails.push_back(prepare(**item, options));
    }
    if (mails.empty() && !options.files.empty()) return kFailed;
    if (mails.empty()) mails.push_back(prepare(sample_message(), options));

    std::atomic<std::size_t> next{0}, done{0};
    const std::size_t count = std::min(options.load_connections, options.load_messages);
    std::vector<Worker> workers(count);
    const double cpu = cpu_seconds();
    const auto start = std::chrono::steady_clock::now();
    {
        std::vector<std::jthread> threads;
        threads.reserve(count + 1);
        for (Worker& worker : workers)
            threads.emplace_back([&] { work(options, mails, next, done, worker); });
        if (isatty(STDERR_FILENO) != 0 && !options.json)
            threads.emplace_back([&] { show_progress(done, options.load_messages); });
    }
    LoadFigures total;
    total.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    total.client_cpu_seconds = cpu_seconds() - cpu;
    total.connections = count;
    total.per_connection = options.setup.smtp ? options.per_connection : 1;
    std::vector<float> latencies;
    latencies.reserve(options.load_messages);
    for (const Worker& worker : workers) {
        latencies.insert(latencies.end(), worker.latencies.begin(), worker.latencies.end());
        total.errors += worker.figures.errors;
        for (std::size_t i = 0; i < total.verdicts.size(); ++i)
            total.verdicts[i] += worker.figures.verdicts[i];
        if (total.first_error.empty()) total.first_error = worker.figures.first_error;
    }
    std::sort(latencies.begin(), latencies.end());
    total.messages = latencies.size();
    total.p50 = percentile(latencies, 0.50);
    total.p90 = percentile(latencies, 0.90);
    total.p99 = percentile(latencies, 0.99);
    total.max = latencies.empty() ? 0 : static_cast<double>(latencies.back());
    print(total, options);
    return total.errors != 0 ? kFailed : status;
}

} // namespace postern::replay
