#include "common/dkim/verdict.hpp"

namespace postern::dkim {

std::string_view to_string(Status status) noexcept {
    switch (status) {
    case Status::Pass:
        return "pass";
    case Status::Fail:
        return "fail";
    case Status::Policy:
        return "policy";
    case Status::Neutral:
        return "neutral";
    case Status::TempError:
        return "temperror";
    case Status::PermError:
        return "permerror";
    }
    return "?";
}

} // namespace postern::dkim
