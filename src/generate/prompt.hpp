// Turns a user's file and options into a generation task.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "task.hpp"

namespace amt {

/// What a user asks for, in ticks.
struct GenerationRequest {
  std::string prompt_name;              ///< for messages
  std::optional<std::uint32_t> from;    ///< where the prompt is cut; its end if it is not given
  std::optional<std::uint32_t> length;  ///< of what is new
  /// Between these the prompt is made anew.
  std::optional<std::pair<std::uint32_t, std::uint32_t>> hole;
  std::vector<int> keep;  ///< instruments that stay, the whole prompt long
  GenerationMode mode = GenerationMode::kAnticipatory;
};

inline constexpr std::uint32_t kDefaultLength = 20 * kTimeResolution;

/// The events of a MIDI file, which may have as few notes as it likes. Error naming the file if it
/// is no MIDI file, has no notes, more than kMostInstruments instruments, or lasts longer than an
/// hour.
Events read_prompt(const std::filesystem::path& file);

/// `prompt` in order of time, empty to begin with nothing. UsageError naming the option if the
/// request does not fit the prompt.
GenerationTask make_task(const Events& prompt, const GenerationRequest& request);

/// What the options ask of a prompt: instruments, times. UsageError naming the option.
GenerationRequest request_of(const GenerationOptions& options);

/// "20", "1:30" or "90.5" as ticks. UsageError naming the option.
std::uint32_t ticks_from(const std::string& text, const std::string& option);

}  // namespace amt
