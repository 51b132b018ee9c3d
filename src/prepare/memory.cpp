#include "amt/prepare/memory.hpp"

#include "amt/base/machine.hpp"

namespace amt {

MemoryShares share_memory(const PrepareOptions& options, const Source& source, int ranks_on_host) {
  const std::uint64_t all =
      options.memory.bytes > 0
          ? options.memory.bytes
          : node_memory_bytes() / 4 / static_cast<std::uint64_t>(ranks_on_host);
  const std::uint64_t files = is_packed(source.kind) ? all / 2 : 0;
  return {all - files, files};
}

}  // namespace amt
