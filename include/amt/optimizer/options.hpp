// Options of the optimiser and its learning-rate schedule, named as in Levanter.
#pragma once

#include <array>
#include <cstdint>

#include "amt/base/options.hpp"
#include "amt/base/or_auto.hpp"

namespace amt {

enum class LrSchedule : std::uint8_t { kCosine, kLinear, kConstant, kWsd };
template <>
inline constexpr auto kWords<LrSchedule> =
    std::to_array<Word<LrSchedule>>({{"cosine", LrSchedule::kCosine},
                                     {"linear", LrSchedule::kLinear},
                                     {"constant", LrSchedule::kConstant},
                                     {"wsd", LrSchedule::kWsd}});

enum class OptimizerName : std::uint8_t { kAdamW, kMuon };
template <>
inline constexpr auto kWords<OptimizerName> = std::to_array<Word<OptimizerName>>(
    {{"adamw", OptimizerName::kAdamW}, {"muon", OptimizerName::kMuon}});

struct OptimizerOptions {
  OptimizerName name = OptimizerName::kAdamW;
  double momentum = 0.95;  ///< decay of Muon's momentum
  OrAuto<double> learning_rate = 6e-4;
  double weight_decay = 0.1;  ///< for every parameter, including biases, norms and embeddings
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double max_grad_norm = 1.0;
  LrSchedule lr_schedule = LrSchedule::kCosine;
  double warmup_ratio = 0.01;
  double decay_ratio = 0.1;  ///< wsd: fraction of the steps, at the end, that the decay takes

  void register_options(OptionTable& table);
  void validate() const;
};

}  // namespace amt
