#include "memory.hpp"

#include "amt/process/machine.hpp"
#include "file_memory.hpp"

namespace amt {

MemoryShares share_memory(const PrepareOptions& options, const Source& source, int ranks_on_host) {
  const std::uint64_t all =
      options.memory.bytes > 0 ? options.memory.bytes : node_memory_bytes() / 4 / ranks_on_host;
  const std::uint64_t files = is_packed(source.kind) ? all / 2 : 0;
  return {all - files, files};
}

std::uint64_t agree_on_a_file(const mpi::Communicator& communicator,
                              const PrepareOptions& options) {
  const MemoryShares shares = share_memory(options, {}, communicator.ranks_on_host());
  const std::int64_t mine = most_for_a_file(shares.all());
  return -communicator.all_reduce_max(-mine);
}

}  // namespace amt
