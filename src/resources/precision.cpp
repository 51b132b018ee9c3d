#include "amt/resources/precision.hpp"

#include <fmt/core.h>

#include <array>
#include <utility>

#include "amt/base/strings.hpp"

namespace amt {
namespace {

constexpr const char* kCustomary = "auto, f32 or bf16";

// Besides "auto". kCustomary has the first name of each precision; the others are accepted too.
constexpr std::array<std::pair<const char*, Precision>, 6> kNames = {
    {{"f32", Precision::kF32},
     {"fp32", Precision::kF32},
     {"p=f32,c=f32", Precision::kF32},
     {"bf16", Precision::kBf16},
     {"bfloat16", Precision::kBf16},
     {"p=f32,c=bfloat16", Precision::kBf16}}};

}  // namespace

Precision PrecisionPolicy::on_cpu(Bf16Support support) const {
  if (fixed) return *fixed;
  return support == Bf16Support::kTiles ? Precision::kBf16 : Precision::kF32;
}

std::string PrecisionPolicy::gpu_refusal(const std::string& option) const {
  if (fixed != Precision::kF32) return "";
  return fmt::format("GPUs compute in bf16, and {} is {}", option, name);
}

std::string parse_option(const std::string& text, PrecisionPolicy* value) {
  if (text == "auto") return *value = PrecisionPolicy{}, "";
  for (const auto& [name, precision] : kNames) {
    if (text == name) return *value = PrecisionPolicy{precision, text}, "";
  }
  return fmt::format("is not known; use {}", kCustomary);
}

std::string show_option(const PrecisionPolicy& policy) { return policy.name; }

std::string option_words(const PrecisionPolicy&) { return kCustomary; }

}  // namespace amt
