#include "prompt.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/midi/names.hpp"
#include "amt/midi/notes.hpp"
#include "amt/midi/parser.hpp"

namespace amt {
namespace {

constexpr std::uint32_t kLongest = 3600 * kTimeResolution;
constexpr std::uint64_t kMostBytes = 64 << 20;  // limit for a MIDI file

std::string seconds(std::uint32_t ticks) {
  return fmt::format("{} s", static_cast<double>(ticks) / kTimeResolution);
}

std::set<int> instruments_of(const Events& events) {
  std::set<int> found;
  for (const Event& event : events) found.insert(instrument_of(event));
  return found;
}

std::string names_of(const std::set<int>& instruments) {
  std::string names;
  for (const int instrument : instruments) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", instrument_name(instrument));
  }
  return names;
}

void require_instruments(const Events& prompt, const GenerationRequest& request) {
  const std::set<int> there = instruments_of(prompt);
  for (const int kept : request.keep) {
    if (there.contains(kept)) continue;
    throw UsageError(fmt::format("--keep {}: {} does not have this instrument; it has {}",
                                 instrument_name(kept), request.prompt_name, names_of(there)));
  }
}

/// A model sees at most 100 s; after a longer silence it would not see any of the prompt.
void require_sound(const Events& inputs, std::uint32_t start, const std::string& name) {
  std::uint32_t last = 0;
  for (const Event& event : inputs) {
    if (event.time <= start) last = std::max(last, event.time);
  }
  if (start - last < kMaxTime) return;
  throw UsageError(
      fmt::format("{} is silent for {} before {}, and a model sees only the last 100 s; begin at "
                  "{} or earlier",
                  name, seconds(start - last), seconds(start), seconds(last + kTimeResolution)));
}

void take_span(const Events& prompt, const GenerationRequest& request, GenerationTask& task) {
  const std::uint32_t prompt_end = prompt.empty() ? 0 : prompt.back().time;
  if (request.hole) {
    std::tie(task.start, task.end) = *request.hole;
    if (task.start >= task.end || task.start >= prompt_end) {
      throw UsageError(fmt::format("--hole {} to {} is not inside {}, which has notes up to {}",
                                   seconds(task.start), seconds(task.end), request.prompt_name,
                                   seconds(prompt_end)));
    }
    return;
  }
  task.start = request.from.value_or(request.keep.empty() ? prompt_end : 0);
  if (request.from && task.start > prompt_end) {
    throw UsageError(fmt::format("--from {}: {} has notes up to {}", seconds(task.start),
                                 request.prompt_name, seconds(prompt_end)));
  }
  const bool accompanies = !request.keep.empty() && !request.length;
  task.end = accompanies ? prompt_end : task.start + request.length.value_or(kDefaultLength);
}

}  // namespace

Events read_prompt(const std::filesystem::path& file) try {
  const std::string bytes = read_text(file, kMostBytes);
  MidiParser parser;
  std::vector<Note> notes;
  notes_of(parser.parse(std::as_bytes(std::span(bytes))), notes);
  if (notes.empty()) throw Error("it has no notes");
  if (notes.back().onset > kLongest) throw Error("it lasts longer than an hour");
  Events events = events_of(notes);
  if (instruments_of(events).size() > kMostInstruments) {
    throw Error(fmt::format("it has more than {} instruments", kMostInstruments));
  }
  return events;
} catch (const MidiError& error) {
  throw Error(fmt::format("cannot read {} as a MIDI file: {}", file.string(), error.what()));
} catch (const SystemError&) {
  throw;
} catch (const Error& error) {
  throw Error(fmt::format("{}: {}", file.string(), error.what()));
}

GenerationTask make_task(const Events& prompt, const GenerationRequest& request) {
  GenerationTask task;
  task.mode = request.mode;
  require_instruments(prompt, request);
  take_span(prompt, request, task);
  for (const Event& event : prompt) {
    const bool kept = std::ranges::find(request.keep, instrument_of(event)) != request.keep.end();
    const bool outside = event.time <= task.start || (request.hole && event.time >= task.end);
    if (kept) {
      task.controls.push_back(as_control(event));
    } else if (outside) {
      task.inputs.push_back(event);
    }
  }
  if (!prompt.empty()) require_sound(task.inputs, task.start, request.prompt_name);
  return task;
}

GenerationRequest request_of(const GenerationOptions& options) {
  GenerationRequest request;
  request.prompt_name = options.prompt.empty() ? "a piece without --prompt" : options.prompt;
  request.mode = options.mode;
  if (!options.from.empty()) request.from = ticks_from(options.from, "--from");
  if (!options.seconds.empty()) request.length = ticks_from(options.seconds, "--seconds");
  if (!options.hole.empty()) {
    // Times may contain a colon themselves: 0:10-0:20.
    const std::size_t between = options.hole.find('-');
    if (between == std::string::npos) {
      throw UsageError(fmt::format(
          "--hole: '{}' is not FROM-TO, two times such as 10-20 or 0:10-0:20", options.hole));
    }
    request.hole = {ticks_from(options.hole.substr(0, between), "--hole"),
                    ticks_from(options.hole.substr(between + 1), "--hole")};
  }
  for (std::size_t at = 0; at < options.keep.size();) {
    const std::size_t end = std::min(options.keep.find(',', at), options.keep.size());
    request.keep.push_back(instrument_from(options.keep.substr(at, end - at)));
    at = end + 1;
  }
  return request;
}

std::uint32_t ticks_from(const std::string& text, const std::string& option) {
  const std::size_t colon = text.find(':');
  double minutes = 0, rest = 0;
  const auto read = [](std::string_view word, double& value) {
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    return error == std::errc() && end == word.data() + word.size() && value >= 0 && value <= 3600;
  };
  const std::string_view all = text;
  const bool good = colon == std::string::npos
                        ? read(all, rest)
                        : read(all.substr(0, colon), minutes) && read(all.substr(colon + 1), rest);
  if (!good) {
    throw UsageError(fmt::format(
        "{}: '{}' is not a time up to 3600, in seconds, such as 12.5, or in minutes, 1:30", option,
        text));
  }
  return static_cast<std::uint32_t>(std::lround((minutes * 60 + rest) * kTimeResolution));
}

}  // namespace amt
