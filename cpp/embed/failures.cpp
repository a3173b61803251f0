#include "failures.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>

#include "own_folder.h"
#include "text.h"

namespace anatomatte::embed {
namespace {

AnmResult code_of(int exit_code) {
  switch (exit_code) {
    case ANM_SETTINGS:
    case ANM_PLATE:
    case ANM_SETUP:
    case ANM_MEMORY:
    case ANM_CANCELLED:
      return static_cast<AnmResult>(exit_code);
    default:
      return ANM_FAILED;
  }
}

// The log lies in a folder of the user's own, or nowhere.
std::string append_to_log(const std::string& text) {
  for (const std::string& folder : log_folders()) {
    const std::string file = folder + "/anatomatte-errors.log";
    const int log = own_folder(folder) ? ::open(file.c_str(), kAppendLog, 0600) : -1;
    if (log < 0) continue;
    const bool written =
        ::write(log, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    if (::close(log) == 0 && written) return file;
  }
  return "";
}

std::string traceback_of(const py::error_already_set& error) {
  // an error that arose at the border has no Python frame, and a null for a trace
  const py::object trace = error.trace() ? py::object(error.trace()) : py::none();
  const py::object lines =
      py::module_::import("traceback").attr("format_exception")(error.type(), error.value(), trace);
  const py::object now = py::module_::import("time").attr("strftime")("\n%Y-%m-%d %H:%M:%S");
  const py::object version =
      py::getattr(py::module_::import("anatomatte"), "__version__", py::str(""));
  return words_of(now + py::str(" Anatomatte ") + version + py::str("\n") +
                  py::str("").attr("join")(lines));
}

std::string one_line(const py::error_already_set& error) {
  const std::string name = py::str(error.type().attr("__name__"));
  std::string words;
  for (const char sign : words_of(error.value())) {  // OpenCV's end with a new line
    const bool blank = std::strchr(" \t\r\n", sign);
    if (!blank || (!words.empty() && words.back() != ' ')) words += blank ? ' ' : sign;
  }
  while (!words.empty() && (words.back() == ' ' || words.back() == '.')) words.pop_back();
  return words.empty() ? name : name + ": " + words;
}

Result bug(const py::error_already_set& error) {
  std::string sentence = "A bug in Anatomatte: " + one_line(error) + ".";
  const std::string file = append_to_log(traceback_of(error));
  sentence += file.empty() ? " Its traceback could not be written to a log."
                           : " The traceback is in " + file + ".";
  return {ANM_FAILED, sentence};
}

// The system's, the loader's, OpenCV's and torch's ways to say that memory is short; none is a
// MemoryError.
bool tells_shortage(const py::error_already_set& error) {
  if (error.matches(PyExc_MemoryError)) return true;
  const py::object value = error.value();
  const std::string words = words_of(value);
  const auto says = [&](const char* sign) { return words.find(sign) != std::string::npos; };
  if (says("failed to map segment") || says("cannot allocate memory")) return true;
  const auto is = [&](const char* fact, int number) {
    return py::getattr(value, fact, py::none()).equal(py::int_(number));
  };
  if (error.matches(PyExc_OSError)) return is("errno", ENOMEM);
  const std::string name = py::str(error.type().attr("__name__"));
  constexpr int kOpenCvNoMemory = -4;
  if (name == "error") return is("code", kOpenCvNoMemory);
  return name == "OutOfMemoryError" || says("can't allocate memory") ||
         says("can't start new thread");
}

}  // namespace

Result result_of(py::error_already_set& error) {
  try {
    const py::object exit_code = py::getattr(error.value(), "exit_code", py::none());
    if (py::isinstance<py::int_>(exit_code)) {
      return {code_of(exit_code.cast<int>()), words_of(error.value())};
    }
    if (tells_shortage(error)) {
      return {ANM_MEMORY, "The frame does not fit into memory: " + one_line(error) + "."};
    }
    return bug(error);
  } catch (const std::exception&) {  // pybind11's own too: nothing may leave through the C border
    return {ANM_FAILED, "A bug in Anatomatte whose report failed too."};
  }
}

void hand_over(const std::string& sentence, char* buffer, size_t size) {
  if (!buffer || !size) return;
  size_t length = sentence.size() < size ? sentence.size() : size - 1;
  // 10xxxxxx continues a character: step back to where one starts
  while (length < sentence.size() && length > 0 &&
         (static_cast<unsigned char>(sentence[length]) & 0xC0) == 0x80) {
    --length;
  }
  std::memcpy(buffer, sentence.data(), length);
  buffer[length] = '\0';
}

}  // namespace anatomatte::embed
