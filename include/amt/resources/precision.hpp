// The precision options: trainer.mp, --weights.
#pragma once

#include <optional>
#include <string>

#include "amt/base/options.hpp"
#include "amt/cpu/cpu_ops.hpp"

namespace amt {

/// "f32", "bf16" or "auto"; the names of Levanter's policies are accepted too.
struct PrecisionPolicy {
  std::optional<Precision> fixed;  ///< nullopt means auto
  std::string name = "auto";       ///< as given by the user, for the recorded configuration

  /// Returns the precision on a CPU with this support for bf16: auto means bf16 if the CPU has
  /// tiles for it.
  Precision on_cpu(Bf16Support support) const;
  /// Explains why this policy, given as `option`, requires a CPU: GPUs compute in bf16. "" if it
  /// does not.
  std::string gpu_refusal(const std::string& option) const;
};

/// How the matrices of a model's blocks are rounded before use.
enum class WeightFormat : std::uint8_t {
  kFull,  ///< in the precision of `mp`
  kInt8,  ///< amt/ops/int8_weights.hpp
};
template <>
inline constexpr auto kWords<WeightFormat> = std::to_array<Word<WeightFormat>>(
    {{"full", WeightFormat::kFull}, {"int8", WeightFormat::kInt8}});

// These make it usable as an option.
std::string parse_option(const std::string& text, PrecisionPolicy* value);
std::string show_option(const PrecisionPolicy& policy);
std::string option_words(const PrecisionPolicy&);

}  // namespace amt
