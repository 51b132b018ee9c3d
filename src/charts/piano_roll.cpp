#include "amt/charts/piano_roll.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "amt/charts/html.hpp"
#include "svg.hpp"

namespace amt {
namespace {

// Lengths in pixels.
constexpr double kWidth = 760, kLeft = 40, kRight = 16, kTop = 10, kTitleHeight = 26;
constexpr double kSemitone = 4, kBar = 3.2, kShortest = 1;
constexpr double kBelow = 38, kLegendLine = 18, kLegendBox = 10;
constexpr int kOctave = 12, kLabelsBelow = 10;
constexpr double kLeastSeconds = 1;

constexpr const char* kGrey = "#8a949e";

class Drawing {
 public:
  Drawing(const PianoRoll& roll, double top) : roll_(roll), top_(top) {
    int lowest = 128, highest = -1;
    for (const PianoRoll::Voice& voice : roll.voices) {
      for (const PianoRoll::Bar& bar : voice.bars) {
        lowest = std::min(lowest, bar.pitch);
        highest = std::max(highest, bar.pitch);
        end_ = std::max(end_, bar.onset + bar.duration);
      }
    }
    for (const double mark : roll.marks) end_ = std::max(end_, mark);
    // Shows complete octaves, so that each one has its grid line.
    if (highest < 0) lowest = highest = 5 * kOctave;
    lowest_ = lowest / kOctave * kOctave;
    highest_ = (highest / kOctave + 1) * kOctave;
    floor_ = top_ + kSemitone * (highest_ - lowest_);
  }

  std::string content() {
    std::string text = octaves() + times();
    std::size_t next = 0;
    double x = kLeft, y = floor_ + kBelow;
    for (const PianoRoll::Voice& voice : roll_.voices) {
      const char* colour = voice.pitched ? kSvgColours[next++ % kSvgColours.size()] : kGrey;
      text += bars(voice, colour);
      const double width = kLegendBox + 4 + svg_text_width(voice.name) + 16;
      if (x > kLeft && x + width > kWidth - kRight) x = kLeft, y += kLegendLine;
      text += fmt::format("<rect fill=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
                          colour, px(x), px(y - 9), px(kLegendBox), px(kLegendBox)) +
              svg_text(x + kLegendBox + 4, y, "start", voice.name);
      x += width;
    }
    height_ = y + 8;
    for (const double mark : roll_.marks) text += line("level", x_of(mark), x_of(mark));
    return text;
  }

  /// Valid after content().
  double height() const { return height_; }

 private:
  double x_of(double seconds) const { return kLeft + (kWidth - kLeft - kRight) * seconds / end_; }
  double y_of(int pitch) const { return floor_ - kSemitone * (pitch - lowest_ + 0.5); }

  std::string line(const char* style, double x1, double x2) const {
    return fmt::format("<line class=\"{}\" x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/>\n", style,
                       px(x1), px(x2), px(top_), px(floor_));
  }

  std::string octaves() const {
    std::string text;
    for (int pitch = lowest_; pitch <= highest_; pitch += kOctave) {
      text += svg_grid_line(kLeft, kWidth - kRight, y_of(pitch) + kSemitone / 2,
                            fmt::format("C{}", pitch / kOctave - 1));
    }
    return text;
  }

  std::string times() const {
    std::string text;
    const double step = round_step(end_, kLabelsBelow);
    for (int i = 0; i * step <= end_ * (1 + 1e-9); ++i) {
      text += line("grid", x_of(i * step), x_of(i * step)) +
              svg_text(x_of(i * step), floor_ + 16, "middle", fmt::format("{:.4g} s", i * step));
    }
    return text;
  }

  /// Draws all notes of a voice as one path, with a stroke for each note.
  std::string bars(const PianoRoll::Voice& voice, const char* colour) const {
    std::string path;
    for (const PianoRoll::Bar& bar : voice.bars) {
      const double length = std::max(kShortest, x_of(bar.onset + bar.duration) - x_of(bar.onset));
      path += fmt::format("M{} {}h{}", px(x_of(bar.onset)), px(y_of(bar.pitch)), px(length));
    }
    return fmt::format(
        "<path fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" d=\"{}\"><title>{}</title></path>\n",
        colour, px(kBar), path, escape_html(voice.name));
  }

  const PianoRoll& roll_;
  double top_, floor_ = 0, height_ = 0;
  int lowest_ = 0, highest_ = 0;  // pitches of the lowest and the highest line
  double end_ = kLeastSeconds;
};

}  // namespace

std::string piano_roll_figure(const PianoRoll& roll) {
  Drawing drawing(roll, kTop);
  const std::string content = drawing.content();
  return svg_figure(kWidth, drawing.height(), roll.title, content);
}

std::string piano_roll_document(const PianoRoll& roll) {
  Drawing drawing(roll, kTop + kTitleHeight);
  const std::string content =
      svg_text(kLeft, kTitleHeight - 6, "start", roll.title) + drawing.content();
  return svg_document(kWidth, drawing.height(), roll.title, content);
}

}  // namespace amt
