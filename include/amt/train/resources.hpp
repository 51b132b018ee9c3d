// What a rank may use of its node: threads and memory.
#pragma once

#include <cstdint>

#include "amt/model/config.hpp"
#include "amt/mpi/communicator.hpp"

namespace amt {

/// Threads for one rank: `wanted` if it is above 0, else OMP_NUM_THREADS if that is set, else the
/// node's cores divided by the ranks on it; never more than the cores this process may run on.
/// Warns on rank 0 if the launcher has bound the process to fewer cores than its share. Local.
int threads_per_rank(int wanted, const mpi::Communicator& communicator);

/// The rule of threads_per_rank alone. `environment` is OMP_NUM_THREADS, may be null.
int choose_threads(int wanted, const char* environment, int node_cores, int usable_cores,
                   int ranks_on_host);

/// Bytes that training needs at least on each rank: parameters, gradients, moments, and what the
/// backward pass keeps of `micro_batch` rows in fp32.
std::uint64_t training_bytes(const ModelConfig& config, int micro_batch);

/// Error if the ranks of this host together need more memory than it has left. Local.
void check_memory(const ModelConfig& config, int micro_batch,
                  const mpi::Communicator& communicator);

}  // namespace amt
