// Selects the MIDI files of a corpus by their extensions.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace amt {

class Extensions {
 public:
  /// Uses the reference's rule: exactly ".mid" and ".midi".
  Extensions() = default;
  /// `list` is a list such as "mid,midi,kar", matched regardless of case, or "" for the reference's
  /// rule. Throws a UsageError naming the first invalid extension.
  explicit Extensions(const std::string& list);

  bool take(std::string_view path) const;
  /// Returns ".mid or .midi files", for messages.
  std::string describe() const;

 private:
  std::vector<std::string> any_case_;  ///< in lower case, with the dot
};

/// Number of files for each extension: ".MID", ".mid.gz", "(none)", or "(other)" for extensions
/// that cannot be displayed.
using EndingCounts = std::map<std::string, std::uint64_t>;

/// Returns the key in EndingCounts for a file that is ignored.
std::string ending_of(std::string_view path);

/// Returns "12 .MID, 3 .kar, 1 (none)", the most frequent first; rare extensions are summed up.
std::string describe_endings(const EndingCounts& counts);

/// Returns whether the ignored files may include MIDI files that --extensions could select.
bool hides_midi_files(const EndingCounts& counts);

}  // namespace amt
