#include "milters/frame/adapter.hpp"

#include "common/base/invariant.hpp"
#include "milters/frame/libmilter_actions.hpp"

#include <libmilter/mfapi.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace postern::milter {
namespace {

std::atomic<Host*> installed{nullptr};

/// One connection from the MTA; libmilter keeps the pointer and gives it to every callback, on
/// whatever thread.
struct Connection {
    explicit Connection(Host& owner) : host(owner), session(owner.service.make_session()) {}
    ~Connection() { end_message(); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void begin_message() {
        if (!in_message) ++host.messages;
        in_message = true;
        broken = false;
    }
    void end_message() noexcept {
        if (in_message) --host.messages;
        in_message = false;
    }

    Host& host;
    std::unique_ptr<Session> session;
    bool leading_space = true; ///< does the MTA send values with the space after the colon?
    bool in_message = false;
    bool broken = false; ///< a step that gets no reply has failed: the next that does says so
    std::string value;   ///< scratch for header values with folds
};

/// Counts a callback while it runs.
class Running {
public:
    Running() : host_(installed.load()) {
        if (host_ == nullptr) return;
        ++host_->callbacks;
        if (installed.load() == host_) return;
        --host_->callbacks; // removed meanwhile
        host_ = nullptr;
    }
    ~Running() {
        if (host_ != nullptr) --host_->callbacks;
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    [[nodiscard]] Host* host() const noexcept { return host_; }

private:
    Host* host_;
};

sfsistat to_milter(Answer answer) noexcept {
    switch (answer) {
    case Answer::Continue:
        return SMFIS_CONTINUE;
    case Answer::Accept:
        return SMFIS_ACCEPT;
    case Answer::Reject:
        return SMFIS_REJECT;
    case Answer::TempFail:
        return SMFIS_TEMPFAIL;
    case Answer::Discard:
        return SMFIS_DISCARD;
    case Answer::Skip:
        return SMFIS_SKIP;
    }
    return SMFIS_TEMPFAIL;
}

/// The connection's object; made here where connect was skipped or never came.
Connection& connection_of(SMFICTX* context, Host& host) {
    auto* connection = static_cast<Connection*>(smfi_getpriv(context));
    if (connection == nullptr) {
        auto fresh = std::make_unique<Connection>(host);
        if (smfi_setpriv(context, fresh.get()) != MI_SUCCESS)
            throw BugError("libmilter does not keep our pointer");
        connection = fresh.release();
    }
    return *connection;
}

/// Runs one step with everything between it and C: no exception passes, no reply where none is
/// expected. `use_of`: where the service says how this step answers; null for steps that always do.
template <class Step>
sfsistat guarded(SMFICTX* context, StepUse Service::*use_of, Step step) noexcept {
    const Running running;
    if (running.host() == nullptr) return SMFIS_TEMPFAIL; // stopping, after patience ran out
    const StepUse use = use_of == nullptr ? StepUse::Answer : running.host()->service.*use_of;
    Connection* connection = nullptr;
    Answer answer = Answer::TempFail;
    try {
        connection = &connection_of(context, *running.host());
        LibmilterActions actions(context);
        if (!connection->broken) answer = step(*connection, actions);
    } catch (const std::exception& error) {
        if (connection != nullptr) connection->session->failed(error.what());
    } catch (...) {
        if (connection != nullptr) connection->session->failed("unknown exception");
    }
    if (use != StepUse::Answer) {
        if (answer != Answer::Continue && connection != nullptr) connection->broken = true;
        return SMFIS_NOREPLY;
    }
    const bool ends_message = answer != Answer::Continue && answer != Answer::Skip &&
                              use_of != &Service::rcpt; // there it is about one recipient
    if (ends_message && connection != nullptr) {
        connection->end_message();
        connection->broken = false;
    }
    return to_milter(answer);
}

/// Postfix writes "<a@b>" for SMTP and "a@b" for other mail, "<>" or nothing for the null sender.
std::string_view without_brackets(std::string_view path) noexcept {
    if (path.size() >= 2 && path.front() == '<' && path.back() == '>')
        return path.substr(1, path.size() - 2);
    return path;
}

/// argv of libmilter: the path, then ESMTP arguments, then null.
struct PathArguments {
    std::string_view path;
    std::vector<std::string_view> arguments;
};
PathArguments path_arguments(char** argv) {
    PathArguments result;
    if (argv == nullptr || argv[0] == nullptr) return result;
    result.path = without_brackets(argv[0]);
    for (char** argument = argv + 1; *argument != nullptr; ++argument)
        result.arguments.emplace_back(*argument);
    return result;
}

std::uint16_t port_of(const sockaddr* address) noexcept {
    if (address == nullptr) return 0;
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    if (address->sa_family == AF_INET) {
        std::memcpy(&v4, address, sizeof v4);
        return ntohs(v4.sin_port);
    }
    if (address->sa_family == AF_INET6) {
        std::memcpy(&v6, address, sizeof v6);
        return ntohs(v6.sin6_port);
    }
    return 0;
}

sfsistat on_connect(SMFICTX* context, char* name, _SOCK_ADDR* address) noexcept {
    return guarded(context, &Service::connect, [&](Connection& connection, Actions& actions) {
        const auto* socket_address = reinterpret_cast<const sockaddr*>(address);
        return connection.session->connect({.name = name != nullptr ? name : "",
                                            .address = IpAddress::from(socket_address),
                                            .port = port_of(socket_address)},
                                           actions);
    });
}

sfsistat on_helo(SMFICTX* context, char* name) noexcept {
    return guarded(context, &Service::helo, [&](Connection& connection, Actions& actions) {
        return connection.session->helo(name != nullptr ? name : "", actions);
    });
}

sfsistat on_mail(SMFICTX* context, char** argv) noexcept {
    return guarded(context, nullptr, [&](Connection& connection, Actions& actions) {
        if (connection.in_message) { // MAIL twice without an end between: the first is void
            connection.session->abort();
            connection.end_message();
        }
        if (connection.host.draining) {
            actions.set_reply("451", "4.3.2", "Mail filter is stopping, try again");
            return Answer::TempFail;
        }
        connection.begin_message();
        const PathArguments sender = path_arguments(argv);
        return connection.session->mail(sender.path, sender.arguments, actions);
    });
}

sfsistat on_rcpt(SMFICTX* context, char** argv) noexcept {
    return guarded(context, &Service::rcpt, [&](Connection& connection, Actions& actions) {
        const PathArguments recipient = path_arguments(argv);
        return connection.session->rcpt(recipient.path, recipient.arguments, actions);
    });
}

sfsistat on_data(SMFICTX* context) noexcept {
    return guarded(context, &Service::data, [](Connection& connection, Actions& actions) {
        return connection.session->data(actions);
    });
}

sfsistat on_header(SMFICTX* context, char* name, char* value) noexcept {
    return guarded(context, &Service::header, [&](Connection& connection, Actions& actions) {
        std::string_view as_sent = value != nullptr ? value : "";
        if (!connection.leading_space || as_sent.find('\n') != std::string_view::npos) {
            connection.value.clear();
            // Without the leading-space option the MTA ate one space; most fields have it.
            if (!connection.leading_space) connection.value += ' ';
            for (const char c : as_sent) {
                if (c == '\n' && (connection.value.empty() || connection.value.back() != '\r'))
                    connection.value += '\r';
                connection.value += c;
            }
            as_sent = connection.value;
        }
        return connection.session->header(name != nullptr ? name : "", as_sent, actions);
    });
}

sfsistat on_end_of_headers(SMFICTX* context) noexcept {
    return guarded(context, &Service::end_of_headers, [](Connection& connection, Actions& actions) {
        return connection.session->end_of_headers(actions);
    });
}

sfsistat on_body(SMFICTX* context, unsigned char* octets, std::size_t size) noexcept {
    return guarded(context, &Service::body, [&](Connection& connection, Actions& actions) {
        return connection.session->body({reinterpret_cast<const char*>(octets), size}, actions);
    });
}

sfsistat on_end_of_message(SMFICTX* context) noexcept {
    return guarded(context, nullptr, [](Connection& connection, Actions& actions) {
        const Answer answer = connection.session->end_of_message(actions);
        connection.end_message();
        return answer;
    });
}

sfsistat on_abort(SMFICTX* context) noexcept {
    const Running running;
    auto* connection = static_cast<Connection*>(smfi_getpriv(context));
    if (running.host() != nullptr && connection != nullptr) {
        connection->session->abort();
        connection->end_message();
        connection->broken = false;
    }
    return SMFIS_CONTINUE;
}

/// May come without connect, and for a connection that never got further than negotiation.
sfsistat on_close(SMFICTX* context) noexcept {
    const Running running;
    auto* connection = static_cast<Connection*>(smfi_getpriv(context));
    smfi_setpriv(context, nullptr);
    if (running.host() != nullptr)
        delete connection; // after the host is gone there is nothing left to tell
    return SMFIS_CONTINUE;
}

void set_macros(SMFICTX* context, int stage, const std::string& names) {
    if (names.empty()) return;
    // A second negotiation on the same connection finds the list set already: nothing to mend.
    smfi_setsymlist(context, stage, const_cast<char*>(names.c_str()));
}

unsigned long action_flags(const Service& service) noexcept {
    unsigned long flags = SMFIF_SETSYMLIST;
    if (service.edits_headers) flags |= SMFIF_ADDHDRS | SMFIF_CHGHDRS;
    if (service.edits_sender) flags |= SMFIF_CHGFROM;
    if (service.edits_recipients) flags |= SMFIF_ADDRCPT | SMFIF_ADDRCPT_PAR | SMFIF_DELRCPT;
    if (service.edits_body) flags |= SMFIF_CHGBODY;
    if (service.quarantines) flags |= SMFIF_QUARANTINE;
    return flags;
}

unsigned long step_flags(const Service& service) noexcept {
    struct Row {
        StepUse use;
        unsigned long off, no_reply;
    };
    unsigned long flags = SMFIP_NOUNKNOWN;
    for (const Row& row : {Row{service.connect, SMFIP_NOCONNECT, SMFIP_NR_CONN},
                           Row{service.helo, SMFIP_NOHELO, SMFIP_NR_HELO},
                           Row{service.rcpt, SMFIP_NORCPT, SMFIP_NR_RCPT},
                           Row{service.data, SMFIP_NODATA, SMFIP_NR_DATA},
                           Row{service.header, SMFIP_NOHDRS, SMFIP_NR_HDR},
                           Row{service.end_of_headers, SMFIP_NOEOH, SMFIP_NR_EOH},
                           Row{service.body, SMFIP_NOBODY, SMFIP_NR_BODY}}) {
        if (row.use == StepUse::Off) flags |= row.off;
        if (row.use == StepUse::Listen) flags |= row.no_reply;
    }
    return flags;
}

sfsistat on_negotiate(SMFICTX* context, unsigned long actions, unsigned long steps, unsigned long,
                      unsigned long, unsigned long* wanted_actions, unsigned long* wanted_steps,
                      unsigned long* more, unsigned long* more_still) noexcept {
    const Running running;
    if (running.host() == nullptr) return SMFIS_REJECT;
    const Service& service = running.host()->service;
    try {
        Connection& connection = connection_of(context, *running.host());
        // What the MTA does not offer libmilter answers in our stead, but for edits: without those
        // there is no job to do.
        *wanted_actions = action_flags(service) & (actions | ~SMFIF_SETSYMLIST);
        connection.leading_space = (steps & SMFIP_HDR_LEADSPC) != 0;
        *wanted_steps = step_flags(service) | (steps & (SMFIP_HDR_LEADSPC | SMFIP_SKIP));
        *more = 0;
        *more_still = 0;
        if ((*wanted_actions & SMFIF_SETSYMLIST) != 0) {
            set_macros(context, SMFIM_CONNECT, service.macros.connect);
            set_macros(context, SMFIM_HELO, service.macros.helo);
            set_macros(context, SMFIM_ENVFROM, service.macros.mail);
            set_macros(context, SMFIM_ENVRCPT, service.macros.rcpt);
            set_macros(context, SMFIM_DATA, service.macros.data);
            set_macros(context, SMFIM_EOH, service.macros.end_of_headers);
            set_macros(context, SMFIM_EOM, service.macros.end_of_message);
        }
        return SMFIS_CONTINUE;
    } catch (...) { // out of memory: the MTA applies its default action
        return SMFIS_REJECT;
    }
}

} // namespace

void install(Host* host) noexcept { installed = host; }

smfiDesc describe(const Service& service) {
    const auto used = [](StepUse use, auto callback) {
        return use == StepUse::Off ? nullptr : callback;
    };
    smfiDesc description{};
    description.xxfi_name = const_cast<char*>(service.name.c_str());
    description.xxfi_version = SMFI_VERSION;
    description.xxfi_flags = action_flags(service);
    description.xxfi_connect = used(service.connect, &on_connect);
    description.xxfi_helo = used(service.helo, &on_helo);
    description.xxfi_envfrom = &on_mail;
    description.xxfi_envrcpt = used(service.rcpt, &on_rcpt);
    description.xxfi_data = used(service.data, &on_data);
    description.xxfi_header = used(service.header, &on_header);
    description.xxfi_eoh = used(service.end_of_headers, &on_end_of_headers);
    description.xxfi_body = used(service.body, &on_body);
    description.xxfi_eom = &on_end_of_message;
    description.xxfi_abort = &on_abort;
    description.xxfi_close = &on_close;
    description.xxfi_negotiate = &on_negotiate;
    return description;
}

} // namespace postern::milter
