// A rank's share of its node: threads and memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "amt/cpu/cpu_ops.hpp"
#include "amt/model/config.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/optimizer/options.hpp"

namespace amt {

/// Returns the threads for one rank: `wanted` if it is above 0, otherwise OMP_NUM_THREADS if that
/// is set, otherwise the node's cores (those that a container grants) divided by the ranks on it;
/// never more than the cores that this process may run on. Warns on rank 0 if the launcher has
/// bound the process to fewer cores than that. Local.
int threads_per_rank(int wanted, const mpi::Communicator& communicator);

/// Applies the rule of threads_per_rank(). `environment` is OMP_NUM_THREADS and may be null.
int choose_threads(int wanted, const char* environment, int node_cores, int usable_cores,
                   int ranks_on_host);

/// The optimiser, and the number of ranks that share its moments.
struct MomentShare {
  constexpr MomentShare(int ranks_ = 1, OptimizerName optimizer_ = OptimizerName::kAdamW)
      : ranks(ranks_), optimizer(optimizer_) {}
  int ranks;
  OptimizerName optimizer;
};

/// Returns the bytes of both moments on the rank that has most of them.
std::uint64_t moment_bytes(const ModelConfig& config, const MomentShare& share = {});

/// Returns the bytes that training needs on the device of each rank: parameters, gradients,
/// moments, scratch memory of an update, and the activations of `micro_batch` rows.
std::uint64_t training_bytes(const ModelConfig& config, int micro_batch,
                             std::size_t activation_bytes, const MomentShare& moments = {});

/// Returns the bytes that `ranks` processes on one host need together if they compute on the CPU,
/// where device memory is host memory: training_bytes, each rank's cpu_scratch_bytes and its copy
/// of the parameters while saving, and rank 0's copies of the moments while saving. Excludes a
/// process's memory before training (about 50 MB) and cached pages of the dataset, which the system
/// can reclaim.
std::uint64_t host_bytes(const ModelConfig& config, Precision precision, int micro_batch, int ranks,
                         const MomentShare& moments = {});

/// Returns the bytes that `ranks` processes sharing one GPU need on it: training_bytes, each rank's
/// bf16 copy of the weights, its block of logits, and the libraries' workspaces. Excludes a
/// process's memory before training, which is no longer free.
std::uint64_t gpu_bytes(const ModelConfig& config, int micro_batch, int ranks,
                        const MomentShare& moments = {});

/// The memory of ranks that train on the same device.
struct DeviceMemory {
  std::string name;  ///< "node17", "NVIDIA H200 of node17"
  std::uint64_t bytes = 0;
  int ranks = 1;  ///< number of ranks that share it
  bool gpu = false;
  Precision precision = Precision::kF32;  ///< used if it is a CPU; a GPU always uses bf16
  int training_ranks = 1;                 ///< ranks of the complete job
  bool shard_optimizer = false;           ///< the moments are divided among the training ranks
  OptimizerName optimizer = OptimizerName::kAdamW;
  bool sampling = false;  ///< one of the ranks has a Decoder of one row as well
  bool average = false;   ///< one of the ranks keeps an average of the weights
};

/// host_bytes or gpu_bytes, plus the memory for samples and, on a CPU, for an average of the
/// weights.
std::uint64_t needed_bytes(const ModelConfig& config, int micro_batch, const DeviceMemory& memory);

/// Returns whether needed_bytes are available.
bool fits(const ModelConfig& config, int micro_batch, const DeviceMemory& memory);

/// The number of rows that a rank computes at a time, and the use of gradient checkpointing.
struct RowsAtOnce {
  int rows = 0;
  bool checkpointing = false;
};

/// Chooses the largest divisor of `share` that fits into nine tenths of the memory, but no more
/// rows than the device benefits from, and at least 1. Turns gradient checkpointing on, which
/// repeats a third of the work, if `may_checkpoint` and only very few rows fit without it.
RowsAtOnce choose_rows_at_once(const ModelConfig& config, int share, bool may_checkpoint,
                               DeviceMemory memory);

/// Returns whether a micro-batch fits only with gradient checkpointing, which is off.
bool only_fits_checkpointed(ModelConfig config, int micro_batch, const DeviceMemory& memory);

/// Returns "" if needed_bytes are available. Otherwise returns one line with the largest
/// micro-batch that fits, without and with gradient checkpointing, and whether to shard the
/// optimiser. `share` is a rank's part of the global batch in rows, which a micro-batch must
/// divide.
std::string memory_refusal(const ModelConfig& config, int micro_batch, int share,
                           const DeviceMemory& memory);

/// Throws an Error with the text of memory_refusal() unless it is "". Local.
void check_memory(const ModelConfig& config, int micro_batch, int share,
                  const DeviceMemory& memory);

}  // namespace amt
