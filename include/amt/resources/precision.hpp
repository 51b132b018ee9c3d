// The options of precision: trainer.mp, --weights.
#pragma once

#include <optional>
#include <string>

#include "amt/base/options.hpp"
#include "amt/cpu/cpu_ops.hpp"

namespace amt {

/// "f32", "bf16", by these names or by those of Levanter's policies, or "auto".
struct PrecisionPolicy {
  std::optional<Precision> fixed;  ///< nothing: auto
  std::string name = "auto";       ///< as it was given: a configuration records the user's word

  /// On a processor with this support for bf16: auto is bf16 where it has tiles for it.
  Precision on_cpu(Bf16Support support) const;
  /// Why the policy, given as `option`, leaves no choice but a processor: GPUs compute in bf16. ""
  /// if it does not.
  std::string gpu_refusal(const std::string& option) const;
};

/// What the matrices of a model's blocks are rounded to before it is used.
enum class WeightFormat : std::uint8_t {
  kFull,  ///< what `mp` says
  kInt8,  ///< amt/ops/int8_weights.hpp
};
template <>
inline constexpr auto kWords<WeightFormat> = std::to_array<Word<WeightFormat>>(
    {{"full", WeightFormat::kFull}, {"int8", WeightFormat::kInt8}});

// As an option.
std::string parse_option(const std::string& text, PrecisionPolicy* value);
std::string show_option(const PrecisionPolicy& policy);
std::string option_words(const PrecisionPolicy&);

}  // namespace amt
