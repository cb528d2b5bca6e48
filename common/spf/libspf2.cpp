#include "common/spf/libspf2.hpp"

#include "common/base/invariant.hpp"
#include "common/base/text.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>
#include <exception>
#include <new>
#include <utility>

// clang-format off
// They include nothing they need, know no C++, and their names shadow ours in Clang's eyes.
#include <netdb.h>
#include <arpa/nameser.h>
extern "C" {
#include <spf2/spf.h>
}
// clang-format on

namespace postern::spf {
namespace {

struct RequestFree {
    void operator()(SPF_request_t* request) const noexcept { SPF_request_free(request); }
};
struct ResponseFree {
    void operator()(SPF_response_t* response) const noexcept { SPF_response_free(response); }
};
struct RecordFree {
    void operator()(SPF_record_t* record) const noexcept { SPF_record_free(record); }
};
struct AnswerFree {
    void operator()(SPF_dns_rr_t* answer) const noexcept { SPF_dns_rr_free(answer); }
};
using RequestHandle = std::unique_ptr<SPF_request_t, RequestFree>;
using ResponseHandle = std::unique_ptr<SPF_response_t, ResponseFree>;
using RecordHandle = std::unique_ptr<SPF_record_t, RecordFree>;
using AnswerHandle = std::unique_ptr<SPF_dns_rr_t, AnswerFree>;

template <class Handle> Handle owned(typename Handle::pointer raw) {
    if (raw == nullptr) throw std::bad_alloc();
    return Handle(raw);
}

void check(SPF_errcode_t code, const char* what) {
    if (code == SPF_E_NO_MEMORY) throw std::bad_alloc();
    if (code != SPF_E_SUCCESS) throw BugError(std::string(what) + ": " + SPF_strerror(code));
}

bool is_token(std::string_view text) noexcept {
    return !text.empty() && text.size() <= LibSpf2::kMaxToken &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return is_alpha(c) || is_digit(c) || c == '.'; });
}

/// What hangs on SPF_dns_server_t::hook during one interpret(): libspf2 gives its callbacks nothing
/// else of ours, so the DNS layer and the server that names it are made anew each time.
struct Evaluation {
    LibSpf2Oracle& oracle;
    /// libspf2 aborts when a lookup returns null, so the answer for "no memory left" is made first.
    AnswerHandle last_resort;
    std::exception_ptr thrown = {};
    bool stopped = false;
};

AnswerHandle new_answer(SPF_dns_server_t* layer, const char* domain, ns_type type, int herrno) {
    return owned<AnswerHandle>(SPF_dns_rr_new_init(layer, domain, type, 0, herrno));
}

void add_record(SPF_dns_rr_t& answer, const void* data, std::size_t size) {
    check(SPF_dns_rr_buf_realloc(&answer, answer.num_rr, size), "a record of an answer");
    std::memcpy(answer.rr[answer.num_rr], data, size);
    ++answer.num_rr;
}

AnswerHandle look_up(SPF_dns_server_t* layer, Evaluation& evaluation, const char* domain,
                     ns_type type) {
    std::optional<LibSpf2Found> found;
    if (type == ns_t_ptr) { // in-addr.arpa or ip6.arpa of the client, as libspf2 writes it
        found = evaluation.oracle.client_names();
    } else {
        invariant(is_token(domain), "libspf2 asks for a name that is no token of ours");
        found =
            type == ns_t_mx ? evaluation.oracle.hosts(domain) : evaluation.oracle.addresses(domain);
    }
    evaluation.stopped = !found;
    if (!found) return new_answer(layer, domain, type, TRY_AGAIN);
    AnswerHandle answer = new_answer(layer, domain, type, NETDB_SUCCESS);
    if (type == ns_t_a || type == ns_t_aaaa) {
        for (const IpAddress& address : found->addresses) {
            invariant(address.is_v4() == (type == ns_t_a), "an address of the wrong family");
            add_record(*answer, address.octets().data(), address.is_v4() ? 4 : 16);
        }
    } else {
        for (const std::string& name : found->names) {
            invariant(is_token(name), "a name for libspf2 that is no token");
            add_record(*answer, name.c_str(), name.size() + 1);
        }
    }
    if (answer->num_rr == 0) answer->herrno = NO_DATA;
    return answer;
}

/// SPF_dns_lookup_t.
SPF_dns_rr_t* on_lookup(SPF_dns_server_t* layer, const char* domain, ns_type type,
                        int /*should_cache*/) noexcept {
    auto& evaluation = *static_cast<Evaluation*>(layer->hook);
    if (!evaluation.stopped) {
        try {
            return look_up(layer, evaluation, domain, type).release();
        } catch (...) {
            evaluation.thrown = std::current_exception();
            evaluation.stopped = true;
        }
    }
    // TRY_AGAIN unwinds the whole evaluation: this is the last that is asked.
    return evaluation.last_resort.release();
}

RecordHandle compile(SPF_server_t* server, SPF_response_t* response,
                     std::span<const std::string> terms) {
    std::string text = "v=spf1";
    std::size_t size = 0;
    for (const std::string& term : terms) {
        text += ' ';
        text += term;
        size += LibSpf2::term_size(term);
    }
    invariant(size <= LibSpf2::kCapacity, "a record libspf2 would cut");
    SPF_record_t* raw = nullptr;
    const SPF_errcode_t code = SPF_record_compile(server, response, &raw, text.c_str());
    RecordHandle record(raw);
    check(code, "libspf2 does not compile a record of ours");
    // Most errors of single terms are told nowhere else.
    invariant(record != nullptr && record->num_mech == terms.size(),
              "libspf2 dropped a term of ours");
    return record;
}

/// What include: of a status looks like to libspf2.
const std::string& record_of(Status status) {
    static const std::string pass = "+all", fail = "-all", soft_fail = "~all", neutral = "?all";
    switch (status) {
    case Status::Pass:
        return pass;
    case Status::Fail:
        return fail;
    case Status::SoftFail:
        return soft_fail;
    case Status::Neutral:
        return neutral;
    default:
        throw BugError("an include that ends in " + std::string(to_string(status)));
    }
}

/// SPF_dns_get_spf_t: the record an include points to. libspf2 frees it.
SPF_errcode_t on_record(SPF_server_t* server, SPF_request_t* request, SPF_response_t* response,
                        SPF_record_t** record) noexcept {
    auto& evaluation = *static_cast<Evaluation*>(server->resolver->hook);
    *record = nullptr;
    if (evaluation.stopped) return SPF_E_DNS_ERROR;
    try {
        invariant(is_token(request->cur_dom), "libspf2 includes a name that is no token of ours");
        const std::optional<Status> status = evaluation.oracle.include(request->cur_dom);
        evaluation.stopped = !status;
        if (!status) return SPF_E_DNS_ERROR;
        *record = compile(server, response, std::span(&record_of(*status), 1)).release();
        return SPF_E_SUCCESS;
    } catch (...) {
        evaluation.thrown = std::current_exception();
        evaluation.stopped = true;
        return SPF_E_DNS_ERROR;
    }
}

RequestHandle new_request(SPF_server_t* server, const IpAddress& client) {
    auto request = owned<RequestHandle>(SPF_request_new(server));
    if (client.is_v4()) {
        in_addr address{};
        std::memcpy(&address, client.octets().data(), sizeof address);
        check(SPF_request_set_ipv4(request.get(), address), "a client address");
    } else {
        in6_addr address{};
        std::memcpy(&address, client.octets().data(), sizeof address);
        check(SPF_request_set_ipv6(request.get(), address), "a client address");
    }
    // libspf2 writes them into comments nobody reads.
    check(SPF_request_set_helo_dom(request.get(), "helo.x"), "a HELO");
    request->cur_dom = "domain.x";
    return request;
}

LibSpf2End end_of(const SPF_response_t& response) {
    using How = LibSpf2End::How;
    if (response.reason == SPF_REASON_DEFAULT && response.result == SPF_RESULT_NEUTRAL)
        return {.how = How::NoMatch};
    if (response.reason == SPF_REASON_MECH) {
        switch (response.result) {
        case SPF_RESULT_PASS:
            return {.how = How::Match, .status = Status::Pass};
        case SPF_RESULT_FAIL:
            return {.how = How::Match, .status = Status::Fail};
        case SPF_RESULT_SOFTFAIL:
            return {.how = How::Match, .status = Status::SoftFail};
        case SPF_RESULT_NEUTRAL:
            return {.how = How::Match, .status = Status::Neutral};
        default:
            break;
        }
    }
    if (response.err == SPF_E_NO_MEMORY) throw std::bad_alloc();
    throw BugError(std::string("libspf2 ends with ") + SPF_strresult(response.result) + ", " +
                   SPF_strerror(response.err));
}

} // namespace

LibSpf2::LibSpf2() {
    SPF_dns_server_t none{};
    server_.reset(SPF_server_new_dns(&none, 0));
    if (!server_) throw std::bad_alloc();
    server_->resolver = nullptr; // each interpret() has its own
    check(SPF_server_set_rec_dom(server_.get(), "receiver.x"), "a receiver");
    SPF_response_t* told = nullptr;
    const SPF_errcode_t code = SPF_server_set_explanation(server_.get(), "-", &told);
    const ResponseHandle response(told);
    check(code, "an explanation");
    // Counted by our own counters, which see every lookup.
    server_->max_dns_mech = INT_MAX;
    server_->max_dns_mx = INT_MAX;
    server_->max_dns_ptr = INT_MAX;
}

void LibSpf2::ServerFree::operator()(SPF_server_struct* server) const noexcept {
    SPF_server_free(server);
}

LibSpf2End LibSpf2::interpret(std::span<const std::string> terms, const IpAddress& client,
                              LibSpf2Oracle& oracle) const {
    Evaluation evaluation{.oracle = oracle, .last_resort = {}};
    SPF_dns_server_t layer{};
    layer.lookup = on_lookup;
    layer.get_spf = on_record;
    layer.name = "postern";
    layer.hook = &evaluation;
    SPF_server_t server = *server_; // shares the explanation and names, frees nothing
    server.resolver = &layer;
    evaluation.last_resort = new_answer(&layer, nullptr, ns_t_invalid, TRY_AGAIN);

    const RequestHandle request = new_request(&server, client);
    const auto response = owned<ResponseHandle>(SPF_response_new(request.get()));
    const RecordHandle record = compile(&server, response.get(), terms);
    response->spf_record_exp = record.get();
    SPF_record_interpret(record.get(), request.get(), response.get(), 0);
    if (evaluation.thrown) std::rethrow_exception(evaluation.thrown);
    if (evaluation.stopped) return {.how = LibSpf2End::How::Stopped};
    return end_of(*response);
}

std::size_t LibSpf2::term_size(std::string_view term) noexcept {
    constexpr std::size_t kHeader = 4;
    constexpr std::size_t kAlignment = 8; // of name and whole, together
    if (term.find("ip4:") < 2) return kHeader + 4;
    if (term.find("ip6:") < 2) return kHeader + 16;
    const std::size_t colon = term.find(':');
    if (colon == std::string_view::npos) return kHeader;
    // Two headers, prefix lengths and name.
    return kHeader + 2 * kHeader + (term.size() - colon) + kAlignment;
}

} // namespace postern::spf
