// Which files of a corpus count as MIDI files, by the endings of their names.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace amt {

class Extensions {
 public:
  /// The reference's rule: exactly ".mid" and ".midi".
  Extensions() = default;
  /// A list such as "mid,midi,kar", whose letters' case does not matter; "" is the reference's
  /// rule. UsageError that names the ending which cannot be one.
  explicit Extensions(const std::string& list);

  bool take(std::string_view path) const;
  /// "*.mid and *.midi files", for messages.
  std::string describe() const;

 private:
  std::vector<std::string> any_case_;  ///< in lower case, with the dot
};

/// Files by the ending of their names: ".MID", ".mid.gz", or a word in brackets for those without
/// one and those whose ending is too odd to be shown.
using EndingCounts = std::map<std::string, std::uint64_t>;

/// The key of a file that is passed over in EndingCounts.
std::string ending_of(std::string_view path);

/// "12 .MID, 3 .kar, 1 (none)": the most frequent first, and how many more there are.
std::string describe_endings(const EndingCounts& counts);

/// Whether there may be MIDI files among those passed over, which --extensions would take.
bool hides_midi_files(const EndingCounts& counts);

}  // namespace amt
