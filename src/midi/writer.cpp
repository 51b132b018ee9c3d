#include "amt/midi/writer.hpp"

#include <fmt/core.h>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/process/log.hpp"
#include "channel_plan.hpp"

namespace amt {
namespace {

// 60 quarter notes per minute, each of 100 ticks.
constexpr std::uint32_t kTempo = 1'000'000;  // microseconds
constexpr std::uint32_t kDivision = 100;
constexpr double kTooLate = 1 << 28;  // a four-byte delta cannot represent it

void put(std::uint32_t value, int bytes, std::string& out) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out += static_cast<char>(value >> shift & 0xFF);
  }
}

void put_delta(std::uint32_t value, std::string& out) {
  for (int shift = 21; shift > 0; shift -= 7) {
    if (value >> shift != 0) out += static_cast<char>(0x80 | (value >> shift & 0x7F));
  }
  out += static_cast<char>(value & 0x7F);
}

/// Appends a track chunk with these events, followed by the end-of-track event.
void put_track(const std::string& events, std::string& out) {
  constexpr std::uint8_t kEnd[] = {0, 0xFF, 0x2F, 0};
  out += "MTrk";
  put(static_cast<std::uint32_t>(events.size() + sizeof(kEnd)), 4, out);
  out += events;
  out.append(reinterpret_cast<const char*>(kEnd), sizeof(kEnd));
}

std::string tempo_events() {
  std::string events("\0\xFF\x51\x03", 4);
  put(kTempo, 3, events);
  return events;
}

std::string channel_events(const std::vector<ChannelMessage>& messages) {
  std::string events;
  std::uint32_t now = 0;
  for (const ChannelMessage& message : messages) {
    put_delta(message.tick - now, events);
    events.append(reinterpret_cast<const char*>(message.bytes.data()), message.size);
    now = message.tick;
  }
  return events;
}

void check(std::span<const Note> notes) {
  double previous = 0;
  for (const Note& note : notes) {
    const bool good = note.onset >= previous && note.duration >= 0 &&
                      note.onset + note.duration < kTooLate && note.pitch < 128 &&
                      note.instrument <= 128 && note.velocity >= 1 && note.velocity < 128;
    if (!good) {
      throw Error(
          fmt::format("a note at tick {:.6g} of {:.6g} ticks cannot be written to a MIDI file",
                      note.onset, note.duration));
    }
    previous = note.onset;
  }
}

}  // namespace

WrittenMidi write_midi(std::span<const Note> notes) {
  check(notes);
  const ChannelPlan plan(notes);
  std::string tracks;
  std::uint32_t count = 1;
  put_track(tempo_events(), tracks);
  for (int channel = 0; channel < ChannelPlan::kChannels; ++channel) {
    if (plan.messages(channel).empty()) continue;
    put_track(channel_events(plan.messages(channel)), tracks);
    ++count;
  }
  std::string bytes = "MThd";
  for (const auto& [value, size] : {std::pair(6u, 4), {1u, 2}, {count, 2}, {kDivision, 2}}) {
    put(value, size, bytes);
  }
  return {bytes + tracks, plan.altered()};
}

void save_midi(std::span<const Note> notes, const std::filesystem::path& file) {
  const WrittenMidi midi = write_midi(notes);
  write_file_atomically(file, midi.bytes);
  if (midi.altered == 0) return;
  log_warning(
      fmt::format("{} notes in {} end earlier or later than they should: MIDI has too few channels",
                  midi.altered, file.string()));
}

}  // namespace amt
