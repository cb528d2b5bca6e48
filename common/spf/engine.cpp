#include "common/spf/engine.hpp"

#include "common/spf/evaluator.hpp"
#include "common/spf/subject.hpp"
#ifdef POSTERN_LIBSPF2
#include "common/spf/libspf2_engine.hpp"
#endif

namespace postern::spf {

std::vector<dns::Question> Engine::first_questions(const Query& query) const {
    const auto subject = subject_of(query);
    if (!subject) return {};
    return {{.name = subject->domain, .type = dns::RecordType::TXT}};
}

std::unique_ptr<const Engine> make_engine(EngineKind kind, const Limits& limits) {
    if (kind == EngineKind::Own) return std::make_unique<Evaluator>(limits);
#ifdef POSTERN_LIBSPF2
    return std::make_unique<LibSpf2Engine>(limits);
#else
    return nullptr;
#endif
}

} // namespace postern::spf
