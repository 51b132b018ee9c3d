#include "amt/run/paths.hpp"

#include <fmt/core.h>

#include <charconv>

#include "amt/base/error.hpp"

namespace amt {
namespace {
constexpr std::string_view kStep = "step-";
}

bool is_there(const std::filesystem::path& path) {
  std::error_code failed;
  const bool found = std::filesystem::exists(path, failed);
  if (failed) throw system_error("cannot read " + path.string(), failed);
  return found;
}

std::string RunPaths::step_name(std::int64_t step) { return fmt::format("{}{:06}", kStep, step); }

std::optional<std::int64_t> RunPaths::step_of(const std::string& name) {
  if (!name.starts_with(kStep)) return std::nullopt;
  std::int64_t step = 0;
  const char* const end = name.data() + name.size();
  const auto [rest, error] = std::from_chars(name.data() + kStep.size(), end, step);
  if (error != std::errc() || rest != end || step < 0 || step_name(step) != name) {
    return std::nullopt;
  }
  return step;
}

}  // namespace amt
