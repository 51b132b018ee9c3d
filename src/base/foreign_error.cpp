#include "amt/base/foreign_error.hpp"

#include <filesystem>
#include <new>
#include <string>

namespace amt {
namespace {

std::string describe(const std::filesystem::filesystem_error& error) {
  const std::string first = error.path1().string(), second = error.path2().string();
  return "cannot use " + (first.empty() ? std::string("a file") : first) +
         (second.empty() ? "" : " or " + second) + " (" + error.code().message() + ")";
}

}  // namespace

Error to_error(const std::exception& error) {
  if (const auto* ours = dynamic_cast<const Error*>(&error)) return *ours;
  if (const auto* failed = dynamic_cast<const std::filesystem::filesystem_error*>(&error)) {
    return Error(describe(*failed));
  }
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) {
    return Error(
        "out of memory; use fewer ranks per node, or a smaller --memory (prepare) or "
        "--trainer.per_device_parallelism (train)");
  }
  return Error(std::string("unexpected internal error (") + error.what() + ")");
}

}  // namespace amt
