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

/// Number of files for each extension: ".MID", ".mid.gz", or a word in parentheses for files
/// without an extension and for extensions that cannot be displayed.
using ExtensionCounts = std::map<std::string, std::uint64_t>;

/// The key in ExtensionCounts for a file that is ignored.
std::string extension_key(std::string_view path);

/// "12 .MID, 3 .kar, 1 (none)": the most frequent first; the rest is summed up.
std::string describe_extensions(const ExtensionCounts& counts);

/// Whether there may be MIDI files among the ignored ones that --extensions would include.
bool hides_midi_files(const ExtensionCounts& counts);

}  // namespace amt
