#include "output.hpp"

#include <fmt/core.h>

#include "amt/base/files.hpp"
#include "amt/midi/piano_roll.hpp"
#include "amt/midi/writer.hpp"
#include "amt/process/log.hpp"

namespace amt {
namespace {

constexpr std::uint8_t kVelocity = 72;  // of every note, as the reference's files have it

Note note_of(const Event& event) {
  Note note = {};
  note.onset = event.time;
  note.duration = event.duration - kDurationOffset;
  note.pitch = static_cast<std::uint8_t>((event.note - kNoteOffset) % kPitches);
  note.instrument = static_cast<std::uint8_t>(instrument_of(event));
  note.velocity = kVelocity;
  return note;
}

std::vector<Note> notes_of(const Events& events) {
  std::vector<Note> notes;
  for (const Event& event : events) notes.push_back(note_of(event));
  return notes;
}

}  // namespace

std::filesystem::path output_path(const std::filesystem::path& out, std::uint64_t number,
                                  std::uint64_t count) {
  if (count == 1) return out;
  return out.parent_path() /
         fmt::format("{}-{}{}", out.stem().string(), number + 1, out.extension().string());
}

void write_piece(const Events& events, const std::filesystem::path& file) {
  const WrittenMidi midi = write_midi(notes_of(events));
  write_file_atomically(file, midi.bytes);
  if (midi.altered == 0) return;
  log_warning(fmt::format(
      "{} notes in {} end earlier or later than they were drawn: MIDI has too few channels",
      midi.altered, file.string()));
}

void draw_piece(const Events& events, const GenerationTask& task, const std::string& name,
                const std::filesystem::path& file) {
  PianoRoll roll = piano_roll_of(notes_of(events), name);
  const std::uint32_t last = events.empty() ? 0 : events.back().time;
  for (const std::uint32_t edge : {task.start, task.end}) {
    if (edge > 0 && edge < last) roll.marks.push_back(static_cast<double>(edge) / kTimeResolution);
  }
  write_file_atomically(file, piano_roll_document(roll));
}

std::string text_of(const Events& events) {
  std::string text;
  for (const Event& event : events) {
    const Note note = note_of(event);
    text += fmt::format("{} {} {} {}\n", event.time, note.duration, note.pitch, note.instrument);
  }
  return text;
}

}  // namespace amt
