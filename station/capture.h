/* The scan role: holds the SANE handle. Backends block, crash and leak, so this process
 * may be killed at any moment; it owns nothing that is worth keeping.
 *
 * Messages (JSON over the channel):
 *   -> {"do":"set","quirks":"DIR","write":"DIR","serial"}        once, before all else
 *   -> {"do":"probe","device":NAME}
 *   -> {"do":"scan","device","dpi","mode","source","quality","sheet":N}   feed from sheet
 * N on
 *   -> {"do":"wait"}  hold the device and tell its sensors; {"do":"rest"} let it go
 *   <- {"do":"sensors","loaded":0|1,"button":0|1}       twice a second
 *   -> {"do":"stop"}                                    end after the sheet in the path
 *   <- {"do":"scanner","present":0|1,"name","vendor","model","serial","sentence"}
 *   <- call {"do":"image","sheet","side","sides","last","dpi","mode","width_px",
 *            "height_px"} + descriptor of the JPEG -> {"ok":0|1,"go":0|1}
 *      The next picture is not asked of the device before this answer; "go" 0 after the
 *      last side of a sheet ends the feeding.
 *   <-
 * {"do":"ended","end":"no-docs|jam|...|stopped|refused|half|flatbed","sentence","detail"}
 */
#ifndef STATION_CAPTURE_H
#define STATION_CAPTURE_H

/* The whole life of the role; returns the exit status. */
int capture_main(void);

#endif
