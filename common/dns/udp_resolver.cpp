#include "common/dns/udp_resolver.hpp"

#include "common/dns/server.hpp"

#include <utility>

namespace postern::dns {

Result<std::unique_ptr<UdpResolver>> UdpResolver::create(UdpOptions options) {
    if (options.servers.empty()) return fail("no name server to ask");
    std::vector<Server> servers;
    for (const SocketAddress& address : options.servers) {
        Result<Server> server = Server::create(address);
        if (!server) return tl::unexpected(server.error());
        servers.push_back(std::move(*server));
    }
    return std::unique_ptr<UdpResolver>(
        new UdpResolver(std::move(options), std::make_unique<ServerList>(std::move(servers))));
}

UdpResolver::UdpResolver(UdpOptions options, std::unique_ptr<ServerList> servers)
    : options_(std::move(options)), servers_(std::move(servers)) {}

UdpResolver::~UdpResolver() = default;

std::vector<Answer> UdpResolver::ask(std::span<const Question> questions, const Deadline&) {
    return std::vector<Answer>(questions.size());
}

} // namespace postern::dns
