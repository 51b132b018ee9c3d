#include "rejection_kinds.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "amt/base/strings.hpp"
#include "file_memory.hpp"

namespace amt {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Reduces a reason with a file name to the system's message at its end.
std::string unreadable(const std::string& reason, std::size_t path_end) {
  const std::size_t colon = reason.find(": ", path_end);
  if (colon == std::string::npos) return "cannot be read";
  return "cannot be read: " + reason.substr(colon + 2);
}

std::string kind_of(const Rejection& rejection) {
  const std::string& reason = rejection.reason;
  if (reason.starts_with(kTooLarge)) return kTooLarge;
  const std::size_t path = reason.rfind(rejection.path);
  if (path != std::string::npos && !rejection.path.empty()) {
    return unreadable(reason, path + rejection.path.size());
  }
  constexpr std::string_view kOffset = " at byte ";
  const std::size_t offset = reason.rfind(kOffset);
  if (offset == std::string::npos) return reason;
  const bool last = is_number(std::string_view(reason).substr(offset + kOffset.size()));
  return last ? reason.substr(0, offset) : reason;
}

}  // namespace

std::vector<RejectionCount> rejections_by_reason(const std::vector<Rejection>& rejections) {
  std::map<std::string, std::uint64_t> counts;
  for (const Rejection& rejection : rejections) ++counts[kind_of(rejection)];
  std::vector<RejectionCount> kinds;
  for (const auto& [reason, files] : counts) kinds.push_back({reason, files});
  std::ranges::stable_sort(kinds, std::ranges::greater(), &RejectionCount::files);
  return kinds;
}

std::string too_large_text(const std::vector<Rejection>& rejections) {
  const auto is_one = [](const Rejection& r) { return r.reason.starts_with(kTooLarge); };
  const auto first = std::ranges::find_if(rejections, is_one);
  if (first == rejections.end()) return "";
  const std::uint64_t count = std::ranges::count_if(rejections, is_one);
  return fmt::format("{}{} rejected only because of --memory: {} {}", format_count(count),
                     count == 1 ? " file is" : " files are", first->path, first->reason);
}

}  // namespace amt
