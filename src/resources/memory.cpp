// Computes the memory that training needs, and gives advice if there is less.
#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "amt/model/decoder.hpp"
#include "amt/model/model.hpp"
#include "amt/optimizer/partition.hpp"
#include "amt/resources/divisors.hpp"
#include "amt/resources/resources.hpp"

namespace amt {
namespace {

constexpr std::uint64_t kGpuLogitBytes = 1u << 30;   // largest block of logits in a GPU's LM head
constexpr std::size_t kBf16 = 2;                     // bytes
constexpr std::uint64_t kGpuWorkspace = 256u << 20;  // libraries' workspaces, without NCCL

// On an H200, lakh-small trains 480 k tokens/s with 8 rows, 522 k with 16, 545 k with 32 and 563 k
// with 64. More than 8 rows do not fit into a CPU's caches.
constexpr int kMostGpuRows = 64, kMostCpuRows = 8;
constexpr int kEnoughRows = 4;  // with fewer, reading the weights dominates

std::uint64_t parameter_bytes(const ModelConfig& config) {
  return ParameterLayout(config).total() * sizeof(float);
}

/// Returns the scratch memory of an optimiser update.
std::uint64_t update_bytes(const ModelConfig& config, OptimizerName optimizer,
                           std::size_t activation_bytes) {
  const ParameterLayout layout(config);
  return update_activations(partition(optimizer, layout, {0, layout.total()}).matrices) *
         activation_bytes;
}

std::size_t activation_bytes(Precision precision) {
  return precision == Precision::kBf16 ? kBf16 : sizeof(float);
}

/// Returns the memory for samples: a decoder of one row and, on a CPU with AMX, the copy of the
/// weights in tiles (src/cpu/tiles.hpp).
std::uint64_t host_sampling_bytes(const ModelConfig& config, Precision precision) {
  const std::uint64_t decoder = Decoder::estimate_bytes(config, 1, activation_bytes(precision));
  if (precision != Precision::kBf16) return decoder;
  return decoder + parameter_bytes(config) / sizeof(float) * kBf16;
}

/// Returns the largest divisor of `share` up to `micro_batch` that fits; 0 if none does.
int largest_that_fits(const ModelConfig& config, int micro_batch, int share,
                      const DeviceMemory& memory) {
  const std::vector<int> all = divisors(share);
  const auto found = std::find_if(all.rbegin(), all.rend(), [&](int rows) {
    return rows <= micro_batch && fits(config, rows, memory);
  });
  return found == all.rend() ? 0 : *found;
}

/// Returns "--trainer.per_device_parallelism 4, ..." and other remedies, best first.
std::vector<std::string> ways(ModelConfig config, int micro_batch, int share,
                              const DeviceMemory& memory) {
  std::vector<std::string> all;
  DeviceMemory sharded = memory;
  sharded.shard_optimizer = true;
  if (fits(config, micro_batch, sharded)) {
    all.push_back("--trainer.shard_optimizer true, which makes it fit");
  }
  const int plain = largest_that_fits(config, micro_batch, share, memory);
  if (plain > 0) {
    all.push_back(fmt::format(
        "--trainer.per_device_parallelism {}, the largest micro-batch that fits", plain));
  }
  if (config.gradient_checkpointing) return all;
  config.gradient_checkpointing = true;
  const int checkpointed = largest_that_fits(config, micro_batch, share, memory);
  if (checkpointed == micro_batch) {
    all.push_back("--model.gradient_checkpointing true, which makes it fit");
  } else if (checkpointed > plain) {
    all.push_back(
        fmt::format("--model.gradient_checkpointing true with --trainer.per_device_parallelism {}",
                    checkpointed));
  }
  return all;
}

/// Returns "use --trainer.per_device_parallelism 4, or ...".
std::string advice(const ModelConfig& config, int micro_batch, int share,
                   const DeviceMemory& memory) {
  std::string text;
  for (const std::string& way : ways(config, micro_batch, share, memory)) {
    text += (text.empty() ? "use " : ", or ") + way;
  }
  if (!text.empty()) return text;
  return fmt::format(
      "not even one row at a time fits{}: use a smaller model or a machine with more memory{}",
      config.gradient_checkpointing ? "" : ", with gradient checkpointing",
      memory.ranks > 1 ? ", or fewer ranks on each" : "");
}

}  // namespace

std::uint64_t moment_bytes(const ModelConfig& config, const MomentShare& share) {
  const Slices slices = optimizer_slices(share.optimizer, ParameterLayout(config), share.ranks);
  return 2 * slices.longest() * sizeof(float);
}

std::uint64_t training_bytes(const ModelConfig& config, int micro_batch,
                             std::size_t activation_bytes, const MomentShare& moments) {
  return Model::estimate_bytes(config, micro_batch, activation_bytes) +
         moment_bytes(config, moments) + update_bytes(config, moments.optimizer, activation_bytes);
}

std::uint64_t host_bytes(const ModelConfig& config, Precision precision, int micro_batch, int ranks,
                         const MomentShare& moments) {
  const std::uint64_t copy = parameter_bytes(config);
  const std::uint64_t scratch =
      cpu_scratch_bytes(precision, config.vocab_size, Dim{micro_batch} * config.seq_len,
                        ParameterLayout(config).total());
  const std::uint64_t one =
      training_bytes(config, micro_batch, activation_bytes(precision), moments) + scratch + copy;
  return ranks * one + 2 * copy;
}

std::uint64_t gpu_bytes(const ModelConfig& config, int micro_batch, int ranks,
                        const MomentShare& moments) {
  const std::uint64_t positions = Dim{micro_batch} * config.seq_len;
  const std::uint64_t logits =
      std::min(positions * config.padded_vocab_size() * kBf16, kGpuLogitBytes);
  // cuDNN's backward pass: fp32 gradients of the queries and of the scores. Up to compute
  // capability 9.0 and on 12.0 it allocates all of this, on 10.0 and 10.3 hardly any, and with
  // trainer.deterministic off a small part.
  const std::uint64_t attention =
      positions * (config.hidden_dim * sizeof(float) + kBf16 * config.num_heads * config.seq_len);
  const std::uint64_t copy = parameter_bytes(config) / sizeof(float) * kBf16;
  return ranks * (training_bytes(config, micro_batch, kBf16, moments) + copy + logits + attention +
                  kGpuWorkspace);
}

std::uint64_t needed_bytes(const ModelConfig& config, int micro_batch, const DeviceMemory& memory) {
  const MomentShare moments(memory.shard_optimizer ? memory.training_ranks : 1, memory.optimizer);
  const std::uint64_t training =
      memory.gpu ? gpu_bytes(config, micro_batch, memory.ranks, moments)
                 : host_bytes(config, memory.precision, micro_batch, memory.ranks, moments);
  // The average, a checkpoint's copy of it, and a copy of the weights while the average is
  // validated.
  const std::uint64_t average = memory.average && !memory.gpu ? 3 * parameter_bytes(config) : 0;
  if (!memory.sampling) return training + average;
  return training + average +
         (memory.gpu ? Decoder::estimate_bytes(config, 1, kBf16)
                     : host_sampling_bytes(config, memory.precision));
}

bool fits(const ModelConfig& config, int micro_batch, const DeviceMemory& memory) {
  return needed_bytes(config, micro_batch, memory) <= memory.bytes;
}

RowsAtOnce choose_rows_at_once(const ModelConfig& config, int share, bool may_checkpoint,
                               DeviceMemory memory) {
  memory.bytes = memory.bytes / 10 * 9;
  const int most = memory.gpu ? kMostGpuRows : kMostCpuRows;
  const bool on = config.gradient_checkpointing;
  const RowsAtOnce plain{largest_that_fits(config, most, share, memory), on};
  if (on || !may_checkpoint || plain.rows >= kEnoughRows || plain.rows == share) {
    return {std::max(1, plain.rows), on};
  }
  ModelConfig checkpointed = config;
  checkpointed.gradient_checkpointing = true;
  const RowsAtOnce more{largest_that_fits(checkpointed, most, share, memory), true};
  if (more.rows > plain.rows) return more;
  return plain.rows > 0 ? plain : RowsAtOnce{1, true};
}

bool only_fits_checkpointed(ModelConfig config, int micro_batch, const DeviceMemory& memory) {
  if (config.gradient_checkpointing || fits(config, micro_batch, memory)) return false;
  config.gradient_checkpointing = true;
  return fits(config, micro_batch, memory);
}

std::string memory_refusal(const ModelConfig& config, int micro_batch, int share,
                           const DeviceMemory& memory) {
  if (fits(config, micro_batch, memory)) return "";
  const auto bytes = [](std::uint64_t n) { return format_bytes(n); };
  const std::string who = memory.ranks == 1 ? "" : fmt::format(" for the {} ranks", memory.ranks);
  return fmt::format(
      "training needs at least {}{} on {}, which has {}{}, with micro-batches of {}; {}",
      bytes(needed_bytes(config, micro_batch, memory)), who, memory.name, bytes(memory.bytes),
      memory.gpu ? " free" : "", counted(micro_batch, "row"),
      advice(config, micro_batch, share, memory));
}

void check_memory(const ModelConfig& config, int micro_batch, int share,
                  const DeviceMemory& memory) {
  const std::string refusal = memory_refusal(config, micro_batch, share, memory);
  if (!refusal.empty()) throw Error(refusal);
}

}  // namespace amt
