#include "run_name.hpp"

#include <fmt/core.h>

#include <filesystem>

namespace amt {
namespace {

constexpr const char* kRunDir = "trainer.run_dir";

std::string value_of(const std::string& key, const OptionTable& table) {
  const Option* option = table.find(key);
  if (option == nullptr || table.full_name(key) == kRunDir) {
    const std::string close = table.closest(key);
    throw UsageError(
        fmt::format("--{}: {{{}}} must name an option{}", kRunDir, key,
                    close.empty() ? "" : fmt::format("; did you mean {{{}}}?", close)));
  }
  const auto value = std::filesystem::path(option->get() + "/.").lexically_normal().parent_path();
  return value.filename().string();
}

}  // namespace

std::string expand_run_dir(const std::string& name, const OptionTable& table) {
  std::string expanded;
  for (std::size_t at = 0; at < name.size(); ++at) {
    if (name[at] != '{' && name[at] != '}') {
      expanded += name[at];
      continue;
    }
    const std::size_t end = name.find('}', at);
    if (name[at] == '}' || end == std::string::npos) {
      throw UsageError(fmt::format(
          "--{} '{}': the braces are unbalanced; write an option's name as in {{trainer.seed}}",
          kRunDir, name));
    }
    expanded += value_of(name.substr(at + 1, end - at - 1), table);
    at = end;
  }
  return expanded;
}

}  // namespace amt
