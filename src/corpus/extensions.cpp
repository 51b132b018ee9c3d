#include "amt/corpus/extensions.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <functional>
#include <sstream>
#include <utility>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"

namespace amt {
namespace {

constexpr std::size_t kLongest = 12;  // characters; a longer one is more likely part of a name
constexpr std::size_t kExtensionsNamed = 8;

constexpr std::array kMidiExtensions = {".mid", ".midi", ".kar", ".smf"};
constexpr std::array kPackedExtensions = {".gz", ".bz2", ".xz", ".zst", ".z"};

/// Returns the extension including the dot; "" if there is none, or if the only dot starts the
/// name.
std::string_view extension_of(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? "" : name.substr(dot);
}

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool can_be_shown(std::string_view extension) {
  return extension.size() >= 2 && extension.size() <= kLongest + 1 &&
         std::ranges::all_of(extension.substr(1), is_letter_or_digit);
}

}  // namespace

Extensions::Extensions(const std::string& list) {
  if (list.empty()) return;
  std::istringstream parts(list + ',');  // the last part may be empty, too
  for (std::string part; std::getline(parts, part, ',');) {
    std::string extension = lower_case(part);
    if (!extension.starts_with('.')) extension.insert(0, ".");
    if (!can_be_shown(extension)) {
      throw UsageError(
          fmt::format("'{}' is not a file name extension of up to {} letters or digits, as in "
                      "--extensions mid,midi,kar",
                      part, kLongest));
    }
    any_case_.push_back(std::move(extension));
  }
}

bool Extensions::take(std::string_view path) const {
  const std::string_view extension = extension_of(path);
  if (any_case_.empty()) return extension == ".mid" || extension == ".midi";
  return std::ranges::find(any_case_, lower_case(extension)) != any_case_.end();
}

std::string Extensions::describe() const {
  if (any_case_.empty()) return ".mid or .midi files";
  std::string text;
  for (const std::string& extension : any_case_) text += (text.empty() ? "" : ", ") + extension;
  return text + " files (letter case ignored)";
}

std::string extension_key(std::string_view path) {
  const std::string_view extension = extension_of(path);
  if (extension.size() < 2) return "(none)";
  if (!can_be_shown(extension)) return "(other)";
  const bool packed =
      std::ranges::find(kPackedExtensions, lower_case(extension)) != kPackedExtensions.end();
  const std::string_view inner = extension_of(path.substr(0, path.size() - extension.size()));
  return fmt::format("{}{}", packed && can_be_shown(inner) ? inner : "", extension);
}

std::string describe_extensions(const ExtensionCounts& counts) {
  std::vector<std::pair<std::string, std::uint64_t>> order(counts.begin(), counts.end());
  std::ranges::stable_sort(order, std::ranges::greater(), [](const auto& e) { return e.second; });
  std::string text;
  std::uint64_t more = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i >= kExtensionsNamed) {
      more += order[i].second;
    } else {
      text +=
          fmt::format("{}{} {}", i == 0 ? "" : ", ", format_count(order[i].second), order[i].first);
    }
  }
  return more == 0 ? text : fmt::format("{}, {} with other extensions", text, format_count(more));
}

bool hides_midi_files(const ExtensionCounts& counts) {
  return std::ranges::any_of(counts, [](const auto& entry) {
    return std::ranges::find(kMidiExtensions, lower_case(entry.first)) != kMidiExtensions.end();
  });
}

}  // namespace amt
