// Turns a user's file and options into a generation task.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "task.hpp"

namespace amt {

/// A user's request, with times in ticks.
struct GenerationRequest {
  std::string prompt_name;              ///< for messages
  std::optional<std::uint32_t> from;    ///< where the prompt is cut; by default its end
  std::optional<std::uint32_t> length;  ///< length of the new music
  /// The prompt is replaced between these times.
  std::optional<std::pair<std::uint32_t, std::uint32_t>> hole;
  std::vector<int> keep;  ///< instruments kept throughout the prompt
  GenerationMode mode = GenerationMode::kAnticipatory;
};

inline constexpr std::uint32_t kDefaultLength = 20 * kTimeResolution;

/// Reads the events of a MIDI file, however few notes it has. Throws an Error naming the file if it
/// is not a MIDI file, has no notes or more than kMostInstruments instruments, or lasts longer than
/// an hour.
Events read_prompt(const std::filesystem::path& file);

/// `prompt` must be in order of time; it is empty if there is none. Throws a UsageError naming the
/// option if the request does not fit the prompt.
GenerationTask make_task(const Events& prompt, const GenerationRequest& request);

/// Parses the instruments and times in the options. Throws a UsageError naming the option.
GenerationRequest request_of(const GenerationOptions& options);

/// Converts "20", "1:30" or "90.5" to ticks. Throws a UsageError naming the option.
std::uint32_t ticks_from(const std::string& text, const std::string& option);

}  // namespace amt
