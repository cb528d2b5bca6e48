#include "milters/frame/adapter.hpp"

#include "common/base/invariant.hpp"
#include "milters/frame/forms.hpp"
#include "milters/frame/libmilter_actions.hpp"

#include <libmilter/mfapi.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace postern::milter {
namespace {

// Outside the host, which may be gone when a late callback looks.
std::atomic<Host*> installed{nullptr};
std::atomic<std::size_t> running_callbacks{0};

/// One connection from the MTA; libmilter keeps the pointer and gives it to every callback, on
/// whatever thread.
struct Connection {
    explicit Connection(Host& owner)
        : host(owner), session(owner.service.make_session()), leading_space(owner.leading_space),
          skips(owner.skips) {
        invariant(session != nullptr, "a service without sessions");
    }
    ~Connection() { end_message(); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void begin_message() {
        if (!in_message) ++host.messages;
        in_message = true;
        body_skipped = false;
        verdict.reset();
        if (broken) verdict = Answer::TempFail;
    }
    void end_message() noexcept {
        if (in_message) --host.messages;
        in_message = false;
    }

    Host& host;
    std::unique_ptr<Session> session;
    bool leading_space; ///< does the MTA send values with the space after the colon?
    bool skips;         ///< does it understand Skip?
    bool in_message = false;
    bool body_skipped = false;
    bool broken = false; ///< something was thrown before any message: all of them tempfail
    /// What a step had to say that the MTA does not hear (Listen), or TempFail after something was
    /// thrown. The session sees no more of this message; every later step answers this.
    std::optional<Answer> verdict;
    std::string value; ///< scratch for header values with folds
    Connection* next_abandoned = nullptr;
};

/// Connections that ended after the host was gone. Their sessions may refer to what is gone too, so
/// they are kept and go with the process.
std::atomic<Connection*> abandoned{nullptr};

/// Counts a callback while it runs.
class Running {
public:
    Running() noexcept {
        ++running_callbacks;
        host_ = installed.load();
    }
    ~Running() { --running_callbacks; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    [[nodiscard]] Host* host() const noexcept { return host_; }

private:
    Host* host_ = nullptr;
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

/// Something was thrown: logged, and the message is beyond repair.
void record_failure(Host& host, Connection* connection, std::string_view what) noexcept {
    if (connection == nullptr) {
        try {
            host.log.error("no session for a connection: " + std::string(what));
        } catch (...) { // out of memory for the line as well
        }
        return;
    }
    connection->session->failed(what);
    if (connection->in_message)
        connection->verdict = Answer::TempFail;
    else
        connection->broken = true;
}

/// Which answers end the message for us. A refused recipient does not.
bool ends_message(Answer answer, StepUse Service::*step) noexcept {
    if (answer == Answer::Accept) return true;
    return answer != Answer::Continue && answer != Answer::Skip && step != &Service::rcpt;
}

/// Runs one step with everything between it and C: no exception passes, no reply where none is
/// expected. `step_of` tells which one it is by where the service says how it answers; null for the
/// end of the message, which is always answered.
template <class Step>
sfsistat guarded(SMFICTX* context, StepUse Service::*step_of, Step step) noexcept {
    const Running running;
    Host* const host = running.host();
    if (host == nullptr) return SMFIS_TEMPFAIL; // stopping, after patience ran out
    const bool answered = step_of == nullptr || step_of == &Service::mail ||
                          host->service.*step_of == StepUse::Answer;
    Connection* connection = nullptr;
    Answer answer = Answer::TempFail;
    try {
        connection = &connection_of(context, *host);
        if (connection->verdict && step_of != &Service::mail) {
            answer = *connection->verdict;
        } else {
            LibmilterActions actions(context, connection->leading_space,
                                     step_of == nullptr ? LibmilterActions::Edits::Allowed
                                                        : LibmilterActions::Edits::TooEarly,
                                     host->workers);
            answer = step(*connection, actions);
        }
    } catch (const std::exception& error) {
        record_failure(*host, connection, error.what());
    } catch (...) {
        record_failure(*host, connection, "unknown exception");
    }
    if (connection == nullptr) return answered ? SMFIS_TEMPFAIL : SMFIS_NOREPLY;
    if (answer == Answer::Skip && step_of == &Service::body) {
        connection->body_skipped = true;
        if (!answered || !connection->skips) answer = Answer::Continue;
    }
    if (!answered) {
        if (answer != Answer::Continue && connection->in_message) connection->verdict = answer;
        return SMFIS_NOREPLY;
    }
    if (step_of == nullptr || ends_message(answer, step_of)) connection->end_message();
    return to_milter(answer);
}

/// argv of libmilter: the path, then ESMTP arguments, then null.
struct PathArguments {
    std::string_view path;
    std::vector<std::string_view> arguments;
};
PathArguments path_arguments(char** argv) {
    PathArguments result;
    if (argv == nullptr || argv[0] == nullptr) return result;
    result.path = strip_path(argv[0]);
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
    return guarded(context, &Service::mail, [&](Connection& connection, Actions& actions) {
        if (connection.in_message) { // MAIL twice without an end between: the first is void
            connection.session->abort();
            connection.end_message();
        }
        if (connection.host.draining) {
            actions.set_reply("451", "4.3.2", "Mail filter is stopping, try again");
            return Answer::TempFail;
        }
        connection.begin_message();
        if (connection.verdict) return *connection.verdict;
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
        std::string_view as_sent = to_wire_folds(value != nullptr ? value : "", connection.value);
        if (!connection.leading_space) { // the MTA ate one space; most fields have it
            std::string whole(1, ' ');
            whole += as_sent;
            connection.value.swap(whole);
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
        if (connection.body_skipped) return Answer::Continue;
        return connection.session->body({reinterpret_cast<const char*>(octets), size}, actions);
    });
}

sfsistat on_end_of_message(SMFICTX* context) noexcept {
    return guarded(context, nullptr, [](Connection& connection, Actions& actions) {
        return connection.session->end_of_message(actions);
    });
}

sfsistat on_abort(SMFICTX* context) noexcept {
    const Running running;
    auto* connection = static_cast<Connection*>(smfi_getpriv(context));
    if (running.host() != nullptr && connection != nullptr) {
        connection->session->abort();
        connection->end_message();
        connection->verdict.reset();
    }
    return SMFIS_CONTINUE;
}

/// May come without connect, and for a connection that never got further than negotiation.
sfsistat on_close(SMFICTX* context) noexcept {
    const Running running;
    auto* connection = static_cast<Connection*>(smfi_getpriv(context));
    smfi_setpriv(context, nullptr);
    if (running.host() != nullptr)
        delete connection;
    else if (connection != nullptr)
        connection->next_abandoned = abandoned.exchange(connection);
    return SMFIS_CONTINUE;
}

void set_macros(SMFICTX* context, int stage, const std::string& names) {
    // An empty list is one too: Sendmail then sends no macros at that stage, Postfix its default.
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
        *wanted_actions =
            action_flags(service) & (actions | ~static_cast<unsigned long>(SMFIF_SETSYMLIST));
        connection.leading_space = (steps & SMFIP_HDR_LEADSPC) != 0;
        connection.skips = (steps & SMFIP_SKIP) != 0;
        running.host()->leading_space = connection.leading_space;
        running.host()->skips = connection.skips;
        if (!connection.leading_space && service.header != StepUse::Off &&
            !running.host()->told_of_leading_space.exchange(true))
            running.host()->log.warning(
                "the MTA does not send header fields as they are (SMFIP_HDR_LEADSPC): one space "
                "after each colon is taken for granted");
        // An older MTA sends steps it cannot be told to leave out; they are not looked at. That a
        // step gets no reply libmilter makes up for, and says it could be offered.
        *wanted_steps = (step_flags(service) | SMFIP_HDR_LEADSPC | SMFIP_SKIP) & steps;
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

std::size_t callbacks_running() noexcept { return running_callbacks.load(); }

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
