#include "amt/base/ini.hpp"

#include <fmt/core.h>

#include <array>
#include <map>
#include <utility>

#include "amt/base/error.hpp"

namespace amt {
namespace {

constexpr std::string_view kBlank = " \t\r\v\f";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::array<std::pair<char, char>, 5> kEscapes = {
    {{'"', '"'}, {'\\', '\\'}, {'n', '\n'}, {'r', '\r'}, {'t', '\t'}}};

bool is_blank(char c) { return kBlank.find(c) != std::string_view::npos; }
bool begins_comment(char c) { return c == '#' || c == ';'; }

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == text.npos) return "";
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// Removes a comment from the rest of a line, whose first character cannot start one.
std::string_view without_comment(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (begins_comment(text[i]) && is_blank(text[i - 1])) return text.substr(0, i);
  }
  return text;
}

/// Parses the lines of one file and tracks the position for error messages.
class IniReader {
 public:
  explicit IniReader(const std::string& file) : file_(file) {}

  void read(std::string_view line) {
    ++line_;
    line = trimmed(line);
    if (line.empty() || begins_comment(line.front())) return;
    line.front() == '[' ? read_section(without_comment(line)) : read_entry(line);
  }
  std::vector<IniEntry> take() { return std::move(entries_); }

 private:
  [[noreturn]] void refuse(const std::string& problem) const {
    throw UsageError(fmt::format("{}:{}: {}", file_, line_, problem));
  }

  void read_section(std::string_view line) {
    line = trimmed(line);
    const std::string_view name = trimmed(line.substr(1, line.size() - 2));
    if (!line.ends_with(']') || name.empty() || name.find_first_of("[]") != name.npos) {
      refuse(fmt::format("'{}' is not a section header, such as [trainer]", line));
    }
    section_ = fmt::format("{}.", name);
  }

  void read_entry(std::string_view line) {
    const std::size_t equals = line.find('=');
    const std::string key(trimmed(line.substr(0, equals)));
    if (equals == line.npos || key.empty()) {
      refuse(fmt::format("'{}' is neither [section] nor key = value", without_comment(line)));
    }
    IniEntry entry = {section_ + key, "", line_};
    const auto [first, is_new] = lines_.emplace(entry.key, line_);
    if (!is_new) {
      refuse(fmt::format("'{}' was already set on line {}", entry.key, first->second));
    }
    entry.value = read_value(line.substr(equals + 1));
    entries_.push_back(std::move(entry));
  }

  std::string read_value(std::string_view text) const {
    const std::string_view value = trimmed(text);
    if (value.starts_with('"') || value.starts_with('\'')) return read_quoted(value);
    return std::string(trimmed(without_comment(text)));
  }

  std::string read_quoted(std::string_view text) const {
    const char quote = text.front();
    std::string value;
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (text[i] == quote) {
        if (!trimmed(without_comment(text.substr(i + 1))).empty()) {
          refuse(fmt::format("unexpected text after the value {}", text.substr(0, i + 1)));
        }
        return value;
      }
      const bool escape = quote == '"' && text[i] == '\\' && i + 1 < text.size();
      value += escape ? unescape(text[++i]) : text[i];
    }
    refuse(fmt::format("the value {} has no closing quote", text));
  }

  char unescape(char c) const {
    for (const auto& [letter, meaning] : kEscapes) {
      if (letter == c) return meaning;
    }
    refuse(fmt::format("'\\{}' is not a valid escape in double quotes; write a backslash as '\\\\'",
                       c));
  }

  std::string file_, section_;
  int line_ = 0;
  std::map<std::string, int> lines_;  // the line of each key
  std::vector<IniEntry> entries_;
};

bool can_be_misread(const std::string& value) {
  constexpr std::string_view kSpecialFirst = "#;\"'";
  return trimmed(value) != value || without_comment(value) != value ||
         value.find_first_of("\n\r") != std::string::npos ||
         (!value.empty() && kSpecialFirst.find(value.front()) != std::string_view::npos);
}

}  // namespace

std::vector<IniEntry> parse_ini(std::string_view text, const std::string& file) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    throw UsageError(fmt::format("{} is UTF-16 text; save it as UTF-8", file));
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  IniReader reader(file);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    reader.read(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return reader.take();
}

std::map<std::string, std::string> ini_values(std::string_view text, const std::string& file) {
  std::map<std::string, std::string> values;
  for (IniEntry& entry : parse_ini(text, file)) values[entry.key] = std::move(entry.value);
  return values;
}

std::string ini_value(const std::string& value) {
  if (!can_be_misread(value)) return value;
  std::string quoted = "\"";
  for (const char c : value) {
    bool escaped = false;
    for (const auto& [letter, meaning] : kEscapes) {
      if (meaning == c) {
        quoted += {'\\', letter};
        escaped = true;
      }
    }
    if (!escaped) quoted += c;
  }
  return quoted + "\"";
}

}  // namespace amt
