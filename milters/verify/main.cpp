// postern-verify: what DKIM and SPF say about mail that comes in. postern-verify(8)
#include "common/daemon/program.hpp"
#include "milters/verify/program.hpp"

int main(int argc, char** argv) {
    postern::verify::VerifyProgram program;
    return postern::daemon::run(argc, argv, program);
}
