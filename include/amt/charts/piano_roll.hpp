// Notes over time as SVG: a bar for each note at the height of its pitch.
#pragma once

#include <string>
#include <vector>

namespace amt {

struct PianoRoll {
  struct Bar {
    double onset, duration;  ///< seconds, >= 0
    int pitch;               ///< 0 to 127; 60 is C4
  };
  struct Voice {
    std::string name;
    std::vector<Bar> bars;
    bool pitched = true;  ///< if false (drums), drawn in grey
  };
  std::string title;
  std::vector<Voice> voices;  ///< which cycle through twelve colours
  std::vector<double> marks;  ///< positions of vertical dashed lines, seconds
};

/// Returns the figure as SVG, to be embedded in a page made by html_page(). Equal piano rolls give
/// equal text.
std::string piano_roll_figure(const PianoRoll& roll);

/// As above, but a complete SVG file with the title above the figure.
std::string piano_roll_document(const PianoRoll& roll);

}  // namespace amt
