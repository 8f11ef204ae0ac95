CREATE TABLE `firmware_uploads` (
	`team_id` text NOT NULL,
	`sha256` text NOT NULL,
	`name` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text NOT NULL,
	PRIMARY KEY(`team_id`, `sha256`),
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `wifi_profiles` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`ssid` text NOT NULL,
	`wrapped` blob NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text NOT NULL,
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `wifi_profiles_team_ssid` ON `wifi_profiles` (`team_id`,`ssid`);--> statement-breakpoint
ALTER TABLE `board_keys` ADD `expires_at` integer;--> statement-breakpoint
ALTER TABLE `boards` ADD `chip_id` text;--> statement-breakpoint
ALTER TABLE `boards` ADD `mac` text;--> statement-breakpoint
ALTER TABLE `boards` ADD `platform` text;--> statement-breakpoint
ALTER TABLE `boards` ADD `reserved_until` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `boards_team_chip` ON `boards` (`team_id`,`chip_id`);