// postern-sign: DKIM signatures for mail that leaves. postern-sign(8)
#include "common/daemon/program.hpp"
#include "milters/sign/program.hpp"

int main(int argc, char** argv) {
    postern::sign::SignProgram program;
    return postern::daemon::run(argc, argv, program);
}
