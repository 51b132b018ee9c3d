// How much memory training needs, and what to do where there is less.
#include <algorithm>
#include <ranges>

#include "amt/base/error.hpp"
#include "amt/base/machine.hpp"
#include "amt/base/strings.hpp"
#include "amt/model/gpt2.hpp"
#include "amt/train/resources.hpp"
#include "divisors.hpp"

namespace amt {
namespace {

std::uint64_t parameter_bytes(const ModelConfig& config) {
  return static_cast<std::uint64_t>(ParameterLayout(config).total()) * sizeof(float);
}

/// The largest divisor of `share` up to `micro_batch` that fits; 0 if none does.
int largest_that_fits(const ModelConfig& config, Precision precision, int micro_batch, int share,
                      int ranks, std::uint64_t available) {
  const std::vector<int> all = divisors(share);
  for (const int rows : all | std::views::reverse) {
    if (rows <= micro_batch && host_bytes(config, precision, rows, ranks) <= available) return rows;
  }
  return 0;
}

/// "use --trainer.per_device_parallelism 4, or ..."
std::string advice(ModelConfig config, Precision precision, int micro_batch, int share, int ranks,
                   std::uint64_t available) {
  const int plain = largest_that_fits(config, precision, micro_batch, share, ranks, available);
  const bool tried = config.gradient_checkpointing;
  config.gradient_checkpointing = true;
  const int checkpointed =
      tried ? 0 : largest_that_fits(config, precision, micro_batch, share, ranks, available);
  const std::string smaller =
      str_cat("--trainer.per_device_parallelism ", plain, ", the largest micro-batch that fits");
  const std::string again =
      checkpointed == micro_batch
          ? "--model.gradient_checkpointing true, with which it fits"
          : str_cat("--model.gradient_checkpointing true with --trainer.per_device_parallelism ",
                    checkpointed);
  if (plain > 0 && checkpointed > plain) return str_cat("use ", smaller, ", or ", again);
  if (plain > 0) return "use " + smaller;
  if (checkpointed > 0) return "use " + again;
  return str_cat("not even one row at a time fits", tried ? "" : ", with gradient checkpointing",
                 ": use a smaller model or a machine with more memory",
                 ranks > 1 ? ", or fewer ranks on each" : "");
}

}  // namespace

std::uint64_t training_bytes(const ModelConfig& config, int micro_batch,
                             std::size_t activation_bytes) {
  return Gpt2::estimate_bytes(config, micro_batch, activation_bytes) + 2 * parameter_bytes(config);
}

std::uint64_t host_bytes(const ModelConfig& config, Precision precision, int micro_batch,
                         int ranks) {
  const std::uint64_t copy = parameter_bytes(config);
  const std::uint64_t scratch =
      cpu_scratch_bytes(precision, config.vocab_size, Dim{micro_batch} * config.seq_len,
                        ParameterLayout(config).total());
  const std::size_t activation = precision == Precision::kBf16 ? 2 : sizeof(float);
  const std::uint64_t one = training_bytes(config, micro_batch, activation) + scratch + copy;
  return static_cast<std::uint64_t>(ranks) * one + 2 * copy;
}

std::string memory_refusal(const ModelConfig& config, Precision precision, int micro_batch,
                           int share, int ranks, const std::string& host, std::uint64_t available) {
  const std::uint64_t needed = host_bytes(config, precision, micro_batch, ranks);
  if (needed <= available) return "";
  const std::string who = ranks == 1 ? "" : str_cat(" for the ", ranks, " ranks");
  return str_cat("training needs at least ", format_bytes(static_cast<double>(needed)), who, " on ",
                 host, ", which has ", format_bytes(static_cast<double>(available)),
                 ", with micro-batches of ", micro_batch, " rows; ",
                 advice(config, precision, micro_batch, share, ranks, available));
}

void check_memory(const ModelConfig& config, Precision precision, int micro_batch, int share,
                  const mpi::Communicator& communicator) {
  const std::string refusal =
      memory_refusal(config, precision, micro_batch, share, communicator.ranks_on_host(),
                     communicator.host(), node_memory_bytes());
  if (!refusal.empty()) throw Error(refusal);
}

}  // namespace amt
